"""Who listens to which room in this process, and how messages reach them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chat import queries
from chat.connection import Connection
from chat.errors import INTERNAL_ERROR, TRY_AGAIN
from chat.models import Message
from chat.presence import Presence
from chat.protocol import message_frame, server_frame
from given.database import Sessions
from given.errors import NotFound
from given.unwritten import NotWritten

log = logging.getLogger(__name__)


class Hub:
    def __init__(
        self, sessions: Sessions, *, recovery_max: int, presence_grace_s: float
    ) -> None:
        raise NotWritten(3)


    # Coming and going

    async def subscribe(
        self, connection: Connection, room_id: int, seen: int | None, ref: str | None
    ) -> None:
        """Answer, replay what was missed after `seen`, and deliver from there on."""
        raise NotWritten(3)


    async def unsubscribe(self, connection: Connection, room_id: int) -> None:
        raise NotWritten(3)

    async def drop(self, connection: Connection) -> None:
        """Forget a connection that has ended, however it ended."""
        raise NotWritten(3)

    # What happens in a room

    async def deliver(self, room_id: int, seq: int, message: Message | None) -> None:
        """A message was committed; `message` saves reading it, if it is at hand."""
        raise NotWritten(4)


    def broadcast(
        self,
        room_id: int,
        frame: str,
        *,
        but: Connection | None = None,
        but_user: int | None = None,
    ) -> None:
        """Send a frame to those who listen now: it is not stored and not numbered."""
        raise NotWritten(3)


    async def evict(self, room_id: int, user_id: int) -> None:
        """End the subscriptions of somebody who is not a member any more."""
        raise NotWritten(6)

    async def resync(self) -> None:
        """Deliver what may have been missed while no events came."""
        raise NotWritten(8)
