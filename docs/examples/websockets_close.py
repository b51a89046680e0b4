"""How a socket says no, and how it is forgotten: on a real server and in a test."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from json import JSONDecodeError

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.testclient import TestClient
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

Serve = Callable[[FastAPI], AbstractAsyncContextManager[str]]
app = FastAPI()
online: set[str] = set()


# --8<-- [start:early]
@app.websocket("/early")
async def refuse_early(socket: WebSocket) -> None:
    await socket.close(4401)


# --8<-- [end:early]


# --8<-- [start:mend]
@app.websocket("/ws")
async def talk(socket: WebSocket) -> None:
    await socket.accept()
    hello = await socket.receive_json()  # The token comes in the first frame.
    if hello.get("token") != "secret":
        await socket.close(4401)
        return
    online.add("ada")
    try:
        while True:
            await socket.receive_json()
    finally:  # However it ends.
        online.discard("ada")


# --8<-- [end:mend]


# --8<-- [start:ghost]
@app.websocket("/ghost")
async def haunt(socket: WebSocket) -> None:
    await socket.accept()
    online.add("ada")
    try:
        while True:
            await socket.receive_json()
    except WebSocketDisconnect:  # The polite way to go; there are others.
        online.discard("ada")


# --8<-- [end:ghost]


@app.websocket("/raises")
async def break_down(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_json()


@app.websocket("/returns")
async def leave(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()


def test_the_test_client_shows_a_code() -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        TestClient(app).websocket_connect("/early"),
    ):
        pass
    assert closed.value.code == 4401


# --8<-- [start:test]
async def test_a_real_client_sees_403(serve: Serve) -> None:
    async with serve(app) as address:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}/early")
    assert refused.value.response.status_code == 403


async def test_accept_first_and_the_code_arrives(serve: Serve) -> None:
    async with serve(app) as address, connect(f"ws://{address}/ws") as socket:
        await socket.send('{"token": "wrong"}')
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4401


# --8<-- [end:test]


@pytest.mark.parametrize(("path", "left"), [("/ghost", {"ada"}), ("/ws", set())])
def test_a_frame_that_is_no_json_leaves_a_ghost(path: str, left: set[str]) -> None:
    online.clear()
    with (
        suppress(JSONDecodeError),
        TestClient(app).websocket_connect(path) as socket,
    ):
        socket.send_json({"token": "secret"})
        socket.send_text("hello?")
    assert online == left


@pytest.mark.parametrize("path", ["/raises", "/returns"])
async def test_an_endpoint_that_ends_sends_no_code(serve: Serve, path: str) -> None:
    async with serve(app) as address, connect(f"ws://{address}{path}") as socket:
        await socket.send("hello?")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is None  # What a browser shows as 1006.


async def test_a_token_in_the_url_is_printed_without_an_access_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(app) as address:
        for name, level in (("uvicorn.access", "CRITICAL"), ("uvicorn.error", "INFO")):
            logging.getLogger(name).setLevel(level)
        logging.getLogger("uvicorn.error").addHandler(caplog.handler)
        async with connect(f"ws://{address}/ws?token=secret") as socket:
            await socket.close()
        logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert "/ws?token=secret" in caplog.text
