#!/usr/bin/env bash
# uvicorn 0.54.0, websockets 17.4: a message that the app has not asked for yet stops
# uvicorn from reading the connection, and pongs are on it. An app that works on one
# message for longer than `ws_ping_interval` and `ws_ping_timeout` together loses a client
# that has sent a second one, for not answering pings that it has answered. With one
# message all is well. (The two are 20 s each unless set; here 0.3 s, and 2 s of work.)
# Output seen: one message: done / two messages: 1011 keepalive ping timeout
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
    await asyncio.sleep(2)
    await send({"type": "websocket.send", "text": "done"})
    await receive()


async def answer(port, messages):
    async with connect(f"ws://127.0.0.1:{port}", ping_interval=None) as socket:
        for _ in range(messages):
            await socket.send("work")
        try:
            return await socket.recv()
        except ConnectionClosed as closed:
            return f"{closed.rcvd.code} {closed.rcvd.reason}"


async def main():
    logging.disable(logging.CRITICAL)
    pings = {"ws_ping_interval": 0.3, "ws_ping_timeout": 0.3}
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, **pings)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    one, two = await answer(port, 1), await answer(port, 2)
    print("one message:", one)
    print("two messages:", two)
    server.should_exit = True
    await task
    assert (one, two) == ("done", "1011 keepalive ping timeout")


asyncio.run(main())
PYTHON
