#!/usr/bin/env bash
# FastAPI 0.165.0 with Starlette 1.10.0: what ASGI middleware finds in
# `scope["route"].path` has the prefix that a router was made with, and not the one
# that `include_router` was given. Metrics by template merge such routes.
# Output seen: /posts/1 -> /{id} / /users/1 -> /users/{id}
. "$(dirname "$0")/common.bash" fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1
"$python" - <<'PYTHON'
import asyncio

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

seen = {}


class Templates:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
        if scope["type"] == "http":
            seen[scope["path"]] = scope["route"].path


late, whole = APIRouter(), APIRouter(prefix="/users")
for router in (late, whole):
    router.add_api_route("/{id}", lambda: None)
app = FastAPI()
app.include_router(late, prefix="/posts")
app.include_router(whole)
app.add_middleware(Templates)


async def main():
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://app") as client:
        for path in ("/posts/1", "/users/1"):
            assert (await client.get(path)).status_code == 200
            print(path, "->", seen[path])


asyncio.run(main())
assert seen == {"/posts/1": "/{id}", "/users/1": "/users/{id}"}
PYTHON
