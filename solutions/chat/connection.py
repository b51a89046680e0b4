"""One WebSocket: what it reads, what it is sent, and how it ends."""

import asyncio
import contextlib
import logging
import time
from math import inf

from starlette.websockets import WebSocket, WebSocketState

from chat.errors import SILENT, SLOW, UNAUTHORIZED, Closed

log = logging.getLogger(__name__)
# How far a client may lag behind, in offers, and how long one frame may take to leave.
QUEUE_SIZE = 200
SEND_S = 10.0
CLOSE_S = 3.0


class Connection:
    def __init__(self, websocket: WebSocket, silence_s: float) -> None:
        """`silence_s`: after so long without a frame the client counts as gone."""
        # Only two tasks touch the socket: the reader, which is the route itself, and
        # the writer. All others offer frames, which never waits.
        self.user_id = 0
        self.rooms: set[int] = set()
        self._websocket = websocket
        self._silence_s = silence_s
        self._expires_at = inf
        self._outbox: asyncio.Queue[tuple[str, ...]] = asyncio.Queue(QUEUE_SIZE)
        self._end: Closed | None = None
        # The limit of the wait for the client, while the reader waits for it.
        self._waiting: asyncio.Timeout | None = None
        self._writer = asyncio.create_task(self._write())

    def identify(self, user_id: int, expires_at: float) -> None:
        """Whose connection it is, and until when (seconds since the epoch)."""
        self.user_id, self._expires_at = user_id, expires_at

    # What it reads

    async def receive(self, within_s: float = inf, late: int = SILENT) -> str | None:
        """The text of the next frame, None for a binary one; Closed at the end.

        `late` is the code for a client that sends nothing in time.
        """
        left = self._expires_at - time.time()
        # The timer below only fires while waiting, and a busy client never waits.
        if left <= 0:
            self.end(UNAUTHORIZED)
        if self._end is not None:
            raise self._end
        try:
            # One limit for each frame, not one for the conversation.
            async with asyncio.timeout(
                min(within_s, self._silence_s, left)
            ) as patience:
                self._waiting = patience
                message = await self._websocket.receive()
        except TimeoutError:
            # Compare the limits, not the clock: a timer may fire a moment early.
            over = left < min(within_s, self._silence_s)
            self.end(UNAUTHORIZED if over else late)
            assert self._end is not None
            raise self._end from None
        finally:
            self._waiting = None
        if message["type"] == "websocket.disconnect":
            raise Closed(None)
        text: str | None = message.get("text")
        return text

    # What it is sent

    def offer(self, *frames: str) -> None:
        """Queue frames, together one item; a client too far behind is let go."""
        if self._end is not None:
            return
        try:
            self._outbox.put_nowait(frames)
        except asyncio.QueueFull:
            # Dropping frames would leave a gap that nobody notices. A client that is
            # closed notices, reconnects and resumes.
            self.end(SLOW)

    async def caught_up(self) -> None:
        """Wait until all that was offered has been written; Closed at the end."""
        if self._end is not None:
            raise self._end
        try:
            # The end cuts this short, too: after it nothing may be written any more.
            async with asyncio.timeout(self._expires_at - time.time()) as patience:
                self._waiting = patience
                await self._outbox.join()
        except TimeoutError:
            self.end(UNAUTHORIZED)
            assert self._end is not None
            raise self._end from None
        finally:
            self._waiting = None

    async def _write(self) -> None:
        try:
            while True:
                for frame in await self._outbox.get():
                    async with asyncio.timeout(SEND_S):
                        await self._websocket.send_text(frame)
                self._outbox.task_done()
        except TimeoutError:
            self.end(SLOW)
        except Exception as error:
            # A peer that vanished shows itself by many kinds of exception.
            log.debug("write_failed", exc_info=error)
            self.end(None)

    # How it ends

    def end(self, code: int | None) -> None:
        """Let the reader end the connection, as soon as it waits for the client."""
        if self._end is None:
            self._end = Closed(code)
            if self._waiting is not None and not self._waiting.expired():
                # Only the waiting is cut short, never a frame that is being handled:
                # a message that was committed must be told to the others.
                self._waiting.reschedule(0)

    async def close(self, code: int | None) -> None:
        """Flush and close, within a time limit: the client may have stopped reading."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                if code not in (None, SLOW) and not self._writer.done():
                    await self._outbox.join()
        self._writer.cancel()
        if code is None or self._websocket.client_state is WebSocketState.DISCONNECTED:
            return
        # Whatever goes wrong now, the client is gone.
        with contextlib.suppress(TimeoutError, RuntimeError, OSError):
            async with asyncio.timeout(CLOSE_S):
                await self._websocket.close(code)
