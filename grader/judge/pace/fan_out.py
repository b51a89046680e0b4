"""How fast a chat delivers to many sockets: in turns with the reference, as a ratio."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import struct
import time
from collections.abc import Awaitable, Callable

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks.failures import CheckFailed, CheckTimeout
from grader.judge.pace.speed import FULL, TRIES

SOCKETS, WINDOW, WINDOWS = 50, 20, 5
STEP_SECONDS = 20.0
# Makes a room of somebody's; returns its id.
MakeRoom = Callable[[Client], Awaitable[str]]
_numbers = itertools.count(1)


class Ear(asyncio.Protocol):
    """A WebSocket of few instructions, so that the server's time is what is measured.

    It counts the frames that hold a mark and understands nothing else.
    """

    def __init__(self, mark: bytes) -> None:
        self.mark = mark
        self.heard = 0
        self.frames = 0
        self.gone = False
        self._buffer = b""
        self._shaken = False
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._shaken:
            _, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._shaken, self._buffer = True, rest
        self._count()
        self._news.set()

    def _count(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) >= at + 2:
            length, start = buffer[at + 1] & 127, at + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                length = int.from_bytes(buffer[start : start + wide])
                start += wide
            if len(buffer) < start + length:
                break
            self.frames += 1
            self.heard += self.mark in buffer[start : start + length]
            at = start + length
        self._buffer = buffer[at:]

    def connection_lost(self, _: Exception | None) -> None:
        self.gone = True
        self._news.set()

    def say(self, kind: str, **fields: object) -> None:
        data = json.dumps({"type": kind, **fields}).encode()
        size = len(data)
        head = struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else None
        head = head or struct.pack("!BBH", 0x81, 0x80 | 126, size)
        # A mask of zeros leaves the data as it is.
        self._transport.write(head + bytes(4) + data)

    async def until(self, heard: int = 0, frames: int = 0) -> None:
        """Wait for the handshake, and for so many frames with the mark, or at all."""
        try:
            async with asyncio.timeout(STEP_SECONDS):
                while not self._shaken or self.heard < heard or self.frames < frames:
                    if self.gone:
                        raise CheckFailed("closed_early", got=self.heard)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise CheckTimeout("deliveries", expected=heard, got=self.heard) from None

    def close(self) -> None:
        self._transport.abort()


class Crowd:
    """Many ears in one room of one server, and the first of them speaks."""

    def __init__(self, server: Server, make_room: MakeRoom) -> None:
        self._server = server
        self._make_room = make_room
        self._mark = f"fan-out-{next(_numbers)}-"
        self._said = 0
        self._ears: list[Ear] = []
        self.seconds: list[float] = []

    async def gather(self) -> None:
        alice = self._server.client("alice")
        self._room = await self._make_room(alice)
        for _ in range(SOCKETS):
            self._ears.append(await self._ear(str(alice.token)))

    async def _ear(self, token: str) -> Ear:
        loop, mark = asyncio.get_running_loop(), self._mark.encode()
        path = self._server.address()
        if path is None:
            port = int(self._server.base_url.rpartition(":")[2])
            _, ear = await loop.create_connection(lambda: Ear(mark), "127.0.0.1", port)
        else:
            _, ear = await loop.create_unix_connection(lambda: Ear(mark), path)
        await ear.until()
        ear.say("auth", token=token)
        await ear.until(frames=1)
        ear.say("subscribe", room_id=self._room)
        await ear.until(frames=2)
        return ear

    async def listen(self) -> None:
        """One round: windows of messages, each heard by all before the next."""
        began = time.perf_counter()
        for _ in range(WINDOWS):
            for _ in range(WINDOW):
                self._said += 1
                text = f"{self._mark}{self._said}"
                message = {"client_msg_id": text, "body": text}
                self._ears[0].say("send", room_id=self._room, **message)
            await asyncio.gather(*(ear.until(self._said) for ear in self._ears))
        self.seconds.append(time.perf_counter() - began)

    async def close(self) -> None:
        for ear in self._ears:
            ear.close()
        with contextlib.suppress(CheckFailed):
            await self._server.close()


async def fans_out(world: World, make_room: MakeRoom) -> None:
    """Full points up to twice the reference's time, half up to four times.

    A slower result may be noise: it is measured again, and the best one counts.
    """
    crowds = []
    for either in (world, await world.reference()):
        server = either.server(either.fresh())
        server.start()
        crowds.append(Crowd(server, make_room))
    try:
        for crowd in crowds:
            await crowd.gather()
        ratio = await _best_ratio(*crowds)
    finally:
        for crowd in crowds:
            await crowd.close()
    if ratio > FULL:
        raise CheckFailed(
            "pace",
            expected=f"≤ {FULL:g} ×",
            got=f"{ratio:.1f} ×",
            earned=0.5 if ratio <= 2 * FULL else 0.0,
        )


async def _best_ratio(learner: Crowd, reference: Crowd) -> float:
    best = float("inf")
    for _ in range(TRIES):
        for crowd in (reference, learner, learner, reference):
            await crowd.listen()
        best = min(best, min(learner.seconds) / min(reference.seconds))
        if best <= FULL:
            break
    return best
