#!/usr/bin/env bash
# uvicorn 0.54.0, websockets 17.4: an ASGI app that returns or raises after
# `websocket.accept` makes uvicorn drop the connection without a close frame, so the
# client sees 1006. One might expect 1000 for the one and 1011 for the other.
# Output seen: returns: no close frame / raises: no close frame / closes: 4000
. "$(dirname "$0")/common.bash" uvicorn==0.54.0 websockets==17.4
"$python" - <<'PYTHON'
import asyncio
import logging

import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def app(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    if scope["path"] == "/raises":
        raise ValueError("on purpose")
    if scope["path"] == "/closes":
        await send({"type": "websocket.close", "code": 4000})


async def ends(port, path):
    async with connect(f"ws://127.0.0.1:{port}/{path}") as socket:
        await socket.send("hello")
        try:
            await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else "no close frame"


async def main():
    logging.disable(logging.CRITICAL)
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    found = {path: await ends(port, path) for path in ("returns", "raises", "closes")}
    for path, code in found.items():
        print(f"{path}: {code}")
    server.should_exit = True
    await task
    missing = "no close frame"
    assert found == {"returns": missing, "raises": missing, "closes": 4000}


asyncio.run(main())
PYTHON
