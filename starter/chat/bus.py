"""Tells other processes that something happened; they read it from the database."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import psycopg
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.hub import Hub
from chat.models import Message
from chat.settings import Settings
from given.unwritten import NotWritten

log = logging.getLogger(__name__)
CHANNEL = "chat"


@dataclass(frozen=True)
class Event:
    """A message with this number was committed, or this user is out of the room."""

    # It may be lost, doubled or late: the position of the hub makes up for that.
    room_id: int
    seq: int | None = None
    out: int | None = None

    def dump(self) -> str:
        return json.dumps(asdict(self))


class Bus:
    """Within one process: everything goes to the hub at once."""

    def __init__(self, hub: Hub) -> None:
        # Until stage 8 there is one process, and nothing to tell others.
        self.hub = hub

    async def commit(
        self, session: AsyncSession, event: Event, message: Message | None = None
    ) -> None:
        """Commit, then tell: nobody hears of what might still be rolled back."""
        raise NotWritten(4)

    async def handle(self, event: Event, message: Message | None = None) -> None:
        if event.seq is not None:
            await self.hub.deliver(event.room_id, event.seq, message)
        if event.out is not None:
            await self.hub.evict(event.room_id, event.out)

    async def enlist(self, session: AsyncSession, event: Event) -> None:
        """Make the event a part of the transaction, where the bus can do that."""
        return

    async def publish(self, event: Event) -> None:
        """Send the event after the commit, where it is not a part of it."""
        return

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear the events of other processes inside the block."""
        yield


    async def listen(self) -> None:
        """Hear events until the connection ends."""
        await asyncio.Event().wait()


def make_bus(settings: Settings, hub: Hub) -> Bus:
    return Bus(hub)
