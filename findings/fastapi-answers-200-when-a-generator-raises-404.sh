#!/usr/bin/env bash
# FastAPI 0.165.0: the code of an endpoint that yields its items (JSON Lines, server-sent
# events) runs when a 200 is already on its way. So an HTTPException(404) that it raises
# before its first `yield` is not answered: the client gets 200 and a body that ends before
# its first item, and the server logs an error. Raised in a dependency, it is a 404.
# Output seen: return: 404 / JSON Lines: 200, 0 bytes / server-sent events: 200, 0 bytes /
# dependency: 404
. "$(dirname "$0")/common.bash" fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1
"$python" - <<'PYTHON'
import asyncio
from collections.abc import AsyncIterable

from fastapi import Depends, FastAPI, HTTPException
from fastapi.sse import EventSourceResponse
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel


class Line(BaseModel):
    number: int


def find_order():
    raise HTTPException(404)


app = FastAPI()


@app.get("/return")
async def by_return() -> list[Line]:
    find_order()
    return [Line(number=1)]


@app.get("/JSON Lines")
async def json_lines() -> AsyncIterable[Line]:
    find_order()
    yield Line(number=1)


@app.get("/server-sent events", response_class=EventSourceResponse)
async def events() -> AsyncIterable[Line]:
    find_order()
    yield Line(number=1)


@app.get("/dependency", dependencies=[Depends(find_order)])
async def by_dependency() -> AsyncIterable[Line]:
    yield Line(number=1)


async def main():
    transport = ASGITransport(app, raise_app_exceptions=False)
    found = []
    async with AsyncClient(transport=transport, base_url="http://app") as client:
        for name in ("return", "JSON Lines", "server-sent events", "dependency"):
            answer = await client.get(f"/{name}")
            size = f", {len(answer.content)} bytes" if answer.is_success else ""
            found.append(f"{answer.status_code}{size}")
            print(f"{name}: {found[-1]}")
    assert found == ["404", "200, 0 bytes", "200, 0 bytes", "404"]


asyncio.run(main())
PYTHON
