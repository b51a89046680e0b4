"""What a socket says, all of it: frames up to a fence, and never without a time-out."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, WebSocket
from httpx2.websockets import ASGIWebSocketTransport

app = FastAPI()


async def echo(socket: WebSocket, copies: int) -> None:
    await socket.accept()
    async for frame in socket.iter_json():
        if frame["type"] == "ping":
            await socket.send_json({"type": "pong", "ref": frame["ref"]})
        else:
            for _ in range(copies):
                await socket.send_json({"type": "message", "body": frame["body"]})


@app.websocket("/right")
async def answer(socket: WebSocket) -> None:
    await echo(socket, copies=1)


@app.websocket("/twice")
async def answer_twice(socket: WebSocket) -> None:
    await echo(socket, copies=2)  # Once from itself, once from the bus.


@app.websocket("/silent")
async def say_nothing(socket: WebSocket) -> None:
    await echo(socket, copies=0)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = ASGIWebSocketTransport(app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        yield client


# --8<-- [start:first]
@pytest.mark.parametrize("path", ["/right", "/twice"])
async def test_the_first_frame_is_right(client: httpx2.AsyncClient, path: str) -> None:
    async with client.websocket(path) as socket:
        await socket.send_json({"type": "send", "body": "hello"})
        frame = await socket.receive_json(timeout=10)
        assert frame == {"type": "message", "body": "hello"}


# --8<-- [end:first]


# --8<-- [start:fence]
async def frames_until_fence(socket: Any) -> list[dict[str, Any]]:
    """Everything that the server had to say before it answered this ping."""
    await socket.send_json({"type": "ping", "ref": "fence"})
    frames: list[dict[str, Any]] = []
    while True:
        frame = await socket.receive_json(timeout=10)
        if frame == {"type": "pong", "ref": "fence"}:
            return frames
        frames.append(frame)


# --8<-- [end:fence]


# --8<-- [start:test]
@pytest.mark.parametrize(("path", "copies"), [("/right", 1), ("/twice", 2)])
async def test_all_frames_are_counted(
    client: httpx2.AsyncClient, path: str, copies: int
) -> None:
    async with client.websocket(path) as socket:
        await socket.send_json({"type": "send", "body": "hello"})
        assert len(await frames_until_fence(socket)) == copies


async def test_a_silent_server_fails_the_test(client: httpx2.AsyncClient) -> None:
    async with client.websocket("/silent") as socket:
        await socket.send_json({"type": "send", "body": "hello"})
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.05)


# --8<-- [end:test]
