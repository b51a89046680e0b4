"""One WebSocket: what it reads, what it is sent, and how it ends."""

import asyncio
import contextlib
import logging
import time
from math import inf

from starlette.websockets import WebSocket, WebSocketState

from chat.errors import SILENT, SLOW, UNAUTHORIZED, Closed
from given.unwritten import NotWritten

log = logging.getLogger(__name__)


class Connection:
    def __init__(self, websocket: WebSocket, silence_s: float) -> None:
        """`silence_s`: after so long without a frame the client counts as gone."""
        raise NotWritten(2)

    def identify(self, user_id: int, expires_at: float) -> None:
        """Whose connection it is, and until when (seconds since the epoch)."""
        raise NotWritten(2)

    # What it reads

    async def receive(self, within_s: float = inf, late: int = SILENT) -> str | None:
        """The text of the next frame, None for a binary one; Closed at the end.

        `late` is the code for a client that sends nothing in time.
        """
        raise NotWritten(2)

    # What it is sent

    def offer(self, *frames: str) -> None:
        """Queue frames, together one item; a client too far behind is let go."""
        raise NotWritten(3)

    async def caught_up(self) -> None:
        """Wait until all that was offered has been written; Closed at the end."""
        raise NotWritten(5)


    # How it ends

    def end(self, code: int | None) -> None:
        """Let the reader end the connection, as soon as it waits for the client."""
        raise NotWritten(3)

    async def close(self, code: int | None) -> None:
        """Flush and close, within a time limit: the client may have stopped reading."""
        raise NotWritten(2)
