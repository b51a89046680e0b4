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

log = logging.getLogger(__name__)
CHANNEL = "chat"
RECONNECT_S = 0.2


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
        self.hub = hub

    async def commit(
        self, session: AsyncSession, event: Event, message: Message | None = None
    ) -> None:
        """Commit, then tell: nobody hears of what might still be rolled back."""
        await self.enlist(session, event)
        await session.commit()
        await self.handle(event, message)
        await self.publish(event)

    async def handle(self, event: Event, message: Message | None = None) -> None:
        if event.seq is not None:
            await self.hub.deliver(event.room_id, event.seq, message)
        if event.out is not None:
            await self.hub.evict(event.room_id, event.out)

    async def enlist(self, session: AsyncSession, event: Event) -> None:
        """Make the event a part of the transaction, where the bus can do that."""

    async def publish(self, event: Event) -> None:
        """Send the event after the commit, where it is not a part of it."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear the events of other processes inside the block."""
        task = asyncio.create_task(self._listen_always())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen_always(self) -> None:
        while True:
            try:
                await self.listen()
            except Exception:
                # The next connection begins with a resync, so nothing is lost.
                log.warning("bus_interrupted", exc_info=True)
            await asyncio.sleep(RECONNECT_S)

    async def listen(self) -> None:
        """Hear events until the connection ends."""
        await asyncio.Event().wait()

    async def _heard(self, payload: str) -> None:
        await self.handle(Event(**json.loads(payload)))


class PostgresBus(Bus):
    """LISTEN and NOTIFY. Our own events come back too, and the hub skips them."""

    def __init__(self, hub: Hub, database_url: str) -> None:
        super().__init__(hub)
        url = make_url(database_url).set(drivername="postgresql")
        self._conninfo = url.render_as_string(hide_password=False)

    async def enlist(self, session: AsyncSession, event: Event) -> None:
        # Sent with the commit, and not at all without it. The numbers only: a payload
        # has less than 8000 bytes, a message may have 16,000.
        await session.execute(select(func.pg_notify(CHANNEL, event.dump())))

    async def listen(self) -> None:
        # A connection of its own: it is never given back to the pool.
        connection = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            # Listen before reading, so that nothing in between is missed.
            await self.hub.resync()
            async for notification in connection.notifies():
                await self._heard(notification.payload)


class RedisBus(Bus):
    """Publish and subscribe, at most once."""

    def __init__(self, hub: Hub, url: str) -> None:
        super().__init__(hub)
        patient = Retry(ExponentialBackoff(cap=0.5, base=0.05), retries=3)
        self._sender = Redis.from_url(url, socket_timeout=2, retry=patient)
        # No retry: a silent reconnect would leave a gap that nobody notices.
        impatient = Retry(NoBackoff(), retries=0)
        self._listener = Redis.from_url(url, socket_timeout=None, retry=impatient)

    async def publish(self, event: Event) -> None:
        try:
            await self._sender.publish(CHANNEL, event.dump())
        except RedisError:
            # The message is committed, so the sender still gets its answer.
            log.exception("publish_failed")

    async def listen(self) -> None:
        async with self._listener.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            async for message in pubsub.listen():
                if message["type"] == "subscribe":
                    await self.hub.resync()
                elif message["type"] == "message":
                    await self._heard(message["data"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with super().listening():
            yield
        await self._sender.aclose()
        await self._listener.aclose()


def make_bus(settings: Settings, hub: Hub) -> Bus:
    if settings.bus_url == "memory":
        return Bus(hub)
    if settings.bus_url == "postgres":
        return PostgresBus(hub, settings.database_url)
    return RedisBus(hub, settings.bus_url)
