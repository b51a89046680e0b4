"""WebSocket clients that trust nothing: deadlines, size caps, a record of all frames.

A socket reads by itself in the background, so that a server is never held up by a check
that is busy elsewhere; `stall` makes it stop. Checks wait for the frame they name, in
whatever order the frames come.
"""

import asyncio
import contextlib
import itertools
import json
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from grader.judge.callers.client import Client
from grader.judge.checks.answers import Fields
from grader.judge.checks.exchange import UNWRITTEN, Dialogue
from grader.judge.checks.failures import AppDown, CheckFailed, CheckTimeout

FRAME_SECONDS = 10.0
FRAME_BYTES = 1 << 20
# Of a TCP connection: what it keeps unread, and what it takes at once.
RECEIVE_BYTES, SEGMENT_BYTES = 1 << 16, 1400
# The starter's own close: its reason names the stage that is not written.
UNWRITTEN_CLOSE = 4501
NO_CLOSE_FRAME = 1006
WEBSOCKET = "/v1/ws"
Connect = Callable[..., Awaitable["Socket"]]
_refs = itertools.count(1)


class Socket:
    """One WebSocket of somebody's. `unread` are the frames nobody waited for yet."""

    def __init__(self, client: Client, path: str) -> None:
        self.who = client.who
        self.unread: list[Fields] = []
        # What this socket received altogether, by type.
        self.count: dict[str, int] = {}
        self._client = client
        self._path = path
        port = client.peer.transcript.port(client.peer)
        self._dialogue = Dialogue(client.who, path.partition("?")[0], port)
        self._news = asyncio.Condition()
        self._reads = asyncio.Event()
        self._reads.set()
        self._fault: CheckFailed | None = None
        self._code: int | None = None

    async def open(self, *, compression: bool = False) -> "Socket":
        """Shake hands; the check fails when the server does not accept."""
        peer = self._client.peer
        peer.transcript.exchanges.append(self._dialogue)
        try:
            self._connection: ClientConnection = await connect(
                peer.base_url.replace("http", "ws", 1) + self._path,
                compression="deflate" if compression else None,
                proxy=None,
                open_timeout=FRAME_SECONDS,
                # Automatic pings would keep a silent connection alive.
                ping_interval=None,
                close_timeout=1,
                max_size=FRAME_BYTES,
                max_queue=(4, 1),
                **await transport(peer.address(), peer.base_url),
            )
        except InvalidStatus as refused:
            raise self._refused(refused) from None
        except TimeoutError:
            raise CheckTimeout("handshake", expected=101) from None
        except (InvalidHandshake, OSError, EOFError) as error:
            got = peer.crash() or repr(error)
            raise AppDown("handshake", expected=101, got=got) from None
        self._dialogue.status = 101
        self._reader = asyncio.create_task(self._read())
        return self

    def _refused(self, refused: InvalidStatus) -> CheckFailed:
        status = refused.response.status_code
        self._dialogue.status = status
        stage = refused.response.headers.get(UNWRITTEN)
        if stage is not None:
            self._dialogue.answer_headers[UNWRITTEN] = stage
        return CheckFailed("handshake", expected=101, got=status)

    # Receiving

    async def _read(self) -> None:
        try:
            while True:
                await self._reads.wait()
                text = await self._connection.recv()
                async with self._news:
                    self._take(text)
                    self._news.notify_all()
        except ConnectionClosed:
            code = self._connection.close_code
        except CheckFailed as fault:
            self._fault, code = fault, NO_CLOSE_FRAME
        async with self._news:
            self._ended(NO_CLOSE_FRAME if code is None else code)
            self._news.notify_all()

    def _take(self, text: str | bytes) -> None:
        self._dialogue.note("←", str(text))
        try:
            frame = json.loads(text, object_hook=Fields)
            readable = isinstance(text, str) and isinstance(frame, Fields)
        except (ValueError, RecursionError):
            readable = False
        if not readable:
            raise CheckFailed(
                "frame_object", expected='{"type": …}', got=str(text)[:200]
            )
        kind = str(frame.get("type"))
        self.count[kind] = self.count.get(kind, 0) + 1
        self.unread.append(frame)

    def _ended(self, code: int) -> None:
        reason = self._connection.close_reason or ""
        self._code = code
        self._dialogue.note("←", f"close {code} {reason}")
        stage = re.search(r"\d+", reason)
        if code == UNWRITTEN_CLOSE and stage:
            # As an unwritten route answers: the judge reads it from the transcript.
            self._dialogue.status = 501
            self._dialogue.answer_headers[UNWRITTEN] = stage[0]

    async def next(
        self, kind: str, seconds: float = FRAME_SECONDS, **fields: object
    ) -> Fields:
        """The first unread frame of this type with these fields; others stay unread."""
        wanted = {"type": kind, **fields}

        def found() -> Fields | None:
            return next((f for f in self.unread if wanted.items() <= f.items()), None)

        await self._wait(lambda: found() or self._code is not None, seconds, wanted)
        frame = found()
        if frame is None:
            raise self._fault or self._unexpected_close(wanted)
        self.unread.remove(frame)
        return frame

    async def received(
        self, kind: str, count: int, seconds: float = FRAME_SECONDS
    ) -> None:
        """Wait until so many frames of a type have come since the beginning."""
        wanted = {"type": kind, "count": count}

        def enough() -> bool:
            return self.count.get(kind, 0) >= count

        await self._wait(lambda: enough() or self._code is not None, seconds, wanted)
        if not enough():
            raise self._fault or self._unexpected_close(wanted)

    async def _wait(self, ready: Any, seconds: float, wanted: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(ready)
        except TimeoutError:
            # Not a time-out of the check: the server answers, but not with this.
            got = [_brief(frame) for frame in self.unread[-5:]]
            raise CheckFailed("no_frame", expected=wanted, got=got) from None

    def _unexpected_close(self, wanted: object) -> CheckFailed:
        return CheckFailed("closed_early", expected=wanted, got=f"close {self._code}")

    def take(self, kind: str, **fields: object) -> list[Fields]:
        """All unread frames of a type with these fields; they count as read."""
        wanted = {"type": kind, **fields}
        taken = [f for f in self.unread if wanted.items() <= f.items()]
        self.unread = [f for f in self.unread if not wanted.items() <= f.items()]
        return taken

    @property
    def open_still(self) -> bool:
        return self._code is None

    async def closed(self, seconds: float = FRAME_SECONDS) -> int:
        """Wait for the server to close; the code, 1006 where it sent no close frame."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._code is not None)
        except TimeoutError:
            raise CheckFailed(
                "not_closed", expected="close", got=f"open after {seconds:g} s"
            ) from None
        if self._fault is not None:
            raise self._fault
        assert self._code is not None
        return self._code

    # Sending

    async def send(self, kind: str, **fields: object) -> None:
        await self.send_raw(json.dumps({"type": kind, **fields}, ensure_ascii=False))

    async def send_raw(self, data: str | bytes) -> None:
        """Send anything at all; that the server closed meanwhile shows elsewhere."""
        self._dialogue.note("→", self._without_token(data))
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(FRAME_SECONDS):
                await self._connection.send(data)

    async def ask(self, kind: str, **fields: object) -> Fields:
        """Send a frame with a `ref`; the frame that answers it, an `error` perhaps."""
        ref = f"r{next(_refs)}"
        await self.send(kind, ref=ref, **fields)
        return await self.answer(ref, kind)

    async def answer(self, ref: str, kind: str = "") -> Fields:
        wanted = {"type": f"→ {kind}", "ref": ref}

        def found() -> Fields | None:
            return next((f for f in self.unread if f.get("ref") == ref), None)

        await self._wait(
            lambda: found() or self._code is not None, FRAME_SECONDS, wanted
        )
        frame = found()
        if frame is None:
            raise self._fault or self._unexpected_close(wanted)
        self.unread.remove(frame)
        return frame

    def _without_token(self, data: str | bytes) -> str:
        text = data if isinstance(data, str) else repr(data)
        name = f"${self.who.upper()}_TOKEN"
        return text.replace(self._client.token, name) if self._client.token else text

    # Faults

    def stall(self) -> None:
        """Stop reading; the kernel's buffers fill, then the server's."""
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def drop(self) -> None:
        """Vanish without a close frame, as a phone in a tunnel does."""
        self._dialogue.note("→", "(gone without a close frame)")
        self._connection.transport.abort()

    async def drop_in_a_frame(self) -> None:
        """Vanish in the middle of a text frame of 100 bytes."""
        half = struct.pack("!BB4s", 0x81, 0x80 | 100, b"\0\0\0\0") + b'{"type": "'
        self._connection.transport.write(half)
        await asyncio.sleep(0)
        self.drop()

    async def close(self, code: int = 1000) -> None:
        """Close in good order, whatever state the connection is in."""
        self.read_on()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(3):
                await self._connection.close(code)
        self._reader.cancel()


async def transport(path: str | None, base_url: str) -> dict[str, Any]:
    """How `connect` gets to a server: by Unix socket, or over TCP where it has none.

    A server would take long to see that somebody does not read: TCP's buffers grow to
    megabytes by themselves, and those for the large segments of the loopback begin so.
    """
    if path is not None:
        return {"unix": True, "path": path}
    url = httpx.URL(base_url)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    # Not every system lets it be set.
    with contextlib.suppress(AttributeError, OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (url.host, url.port))
    except BaseException:
        sock.close()
        raise
    return {"sock": sock}


def _brief(frame: dict[str, Any]) -> dict[str, Any]:
    return {k: v[:60] if isinstance(v, str) else v for k, v in frame.items()}


@asynccontextmanager
async def connecting() -> AsyncIterator[Connect]:
    """Opens WebSockets as somebody, and closes them at the end of the block."""
    opened: list[Socket] = []

    async def connect(
        client: Client, path: str = WEBSOCKET, *, compression: bool = False
    ) -> Socket:
        socket = await Socket(client, path).open(compression=compression)
        opened.append(socket)
        return socket

    yield connect
    await asyncio.gather(*(socket.close() for socket in opened))
