#!/usr/bin/env bash
# FastAPI 0.165.0: with `max_body_size`, a request whose Content-Length is beyond the
# limit is answered outside of all middleware of the app, which therefore neither logs it
# nor sets a header. A body without a Content-Length that turns out too long is answered
# inside, and in another form.
# Output seen: announced: 413 text/plain, no header / streamed: 413 application/json, header
. "$(dirname "$0")/common.bash" fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1
"$python" - <<'PYTHON'
import asyncio

from fastapi import Body, FastAPI
from httpx import ASGITransport, AsyncClient


class Header:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def with_header(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-mine", b"1")]
            await send(message)

        await self.app(scope, receive, with_header)


app = FastAPI(max_body_size=10)
app.add_middleware(Header)


@app.post("/")
async def take(body: str = Body()):
    return body


async def stream():
    yield b'"more than ten bytes"'


async def outcome(body):
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://app") as client:
        reply = await client.post("/", content=body)
    kind = reply.headers["content-type"].split(";")[0]
    header = "header" if "x-mine" in reply.headers else "no header"
    return f"{reply.status_code} {kind}, {header}"


async def main():
    announced, streamed = await outcome(b'"more than ten bytes"'), await outcome(stream())
    print("announced:", announced)
    print("streamed:", streamed)
    assert announced == "413 text/plain, no header"
    assert streamed == "413 application/json, header"


asyncio.run(main())
PYTHON
