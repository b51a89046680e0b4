#!/usr/bin/env bash
# FastAPI 0.165.0: a task that a dependency adds to `BackgroundTasks` runs after whatever
# the endpoint returns, a response of its own included. When that response has a
# `background` of its own, only this one runs, and the dependency's is dropped without a
# word. So a route that cleans up after its answer is the one that is missing in an audit
# written by a dependency.
# Output seen: dict: audit / response: audit / response with background: clean up
. "$(dirname "$0")/common.bash" fastapi==0.165.0 starlette==1.10.0 httpx==0.28.1
"$python" - <<'PYTHON'
import asyncio

from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient
from starlette.background import BackgroundTask

ran = []


async def audit(tasks: BackgroundTasks):
    tasks.add_task(ran.append, "audit")


app = FastAPI(dependencies=[Depends(audit)])


@app.get("/dict")
async def plain():
    return {}


@app.get("/response")
async def response():
    return JSONResponse({})


@app.get("/response with background")
async def with_background():
    return JSONResponse({}, background=BackgroundTask(ran.append, "clean up"))


async def main():
    transport = ASGITransport(app)
    found = []
    async with AsyncClient(transport=transport, base_url="http://app") as client:
        for name in ("dict", "response", "response with background"):
            ran.clear()
            assert (await client.get(f"/{name}")).status_code == 200
            found.append(", ".join(ran))
            print(f"{name}: {found[-1]}")
    assert found == ["audit", "audit", "clean up"]


asyncio.run(main())
PYTHON
