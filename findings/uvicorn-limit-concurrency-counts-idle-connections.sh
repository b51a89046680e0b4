#!/usr/bin/env bash
# uvicorn 0.54.0: `limit_concurrency` counts connections, and not only those with a
# request under way. One that is kept alive and idle counts, a WebSocket counts, and so
# does the one that asks: with a limit of 1 every request is answered 503.
# Output seen: limit 1: 503 / limit 2: 200, beside an idle client 503, beside a WebSocket 503
. "$(dirname "$0")/common.bash" uvicorn==0.54.0 websockets==17.4 httpx==0.28.1
"$python" - <<'PYTHON'
import asyncio
import logging
from contextlib import asynccontextmanager

import uvicorn
from httpx import AsyncClient
from websockets.asyncio.client import connect


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def served(limit):
    config = uvicorn.Config(app, port=0, limit_concurrency=limit, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield "127.0.0.1:{}".format(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await task


async def status(address, client=None):
    if client:
        return (await client.get(f"http://{address}")).status_code
    async with AsyncClient() as client:
        return await status(address, client)


async def main():
    logging.disable(logging.CRITICAL)
    async with served(1) as address:
        one = await status(address)
    async with served(2) as address, AsyncClient() as idle:
        first, second = await status(address, idle), await status(address)
    async with served(2) as address, connect(f"ws://{address}"):
        beside = await status(address)
    print("limit 1:", one)
    print(f"limit 2: {first}, beside an idle client {second}, ", end="")
    print(f"beside a WebSocket {beside}")
    assert (one, first, second, beside) == (503, 200, 503, 503)


asyncio.run(main())
PYTHON
