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

log = logging.getLogger(__name__)


@dataclass
class Feed:
    """A room that somebody here listens to.

    It knows up to which number the room was delivered. That one fact puts events in
    order, drops repeated ones, and shows what is missing.
    """

    # Up to which number the room was delivered; None until it is first read.
    position: int | None = None
    # The listeners, and after which number each of them begins.
    starts: dict[Connection, int] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # How many hold the lock or wait for it: only an idle feed may be forgotten.
    busy: int = 0


class Hub:
    def __init__(
        self, sessions: Sessions, *, recovery_max: int, presence_grace_s: float
    ) -> None:
        self._sessions = sessions
        self._recovery_max = recovery_max
        self._feeds: dict[int, Feed] = {}
        self.presence = Presence(presence_grace_s, self._tell_presence)

    @asynccontextmanager
    async def _locked(self, room_id: int) -> AsyncIterator[Feed]:
        """Lock the feed of a room; a feed is made and forgotten as it is needed."""
        feed = self._feeds.setdefault(room_id, Feed())
        feed.busy += 1
        try:
            async with feed.lock:
                yield feed
        finally:
            feed.busy -= 1
            if not feed.starts and not feed.busy:
                del self._feeds[room_id]

    # Coming and going

    async def subscribe(
        self, connection: Connection, room_id: int, seen: int | None, ref: str | None
    ) -> None:
        """Answer, replay what was missed after `seen`, and deliver from there on."""
        # Under the lock nothing is delivered between the look into the history and the
        # registration, and nobody is evicted.
        async with self._locked(room_id) as feed:
            last_seq, missed = await self._recover(connection.user_id, room_id, seen)
            answer = server_frame(
                "subscribed",
                ref,
                room_id=str(room_id),
                last_seq=last_seq,
                recovered=missed is not None,
            )
            # One item of the queue: a long replay does not make a slow client.
            connection.offer(answer, *map(message_frame, missed or ()))
            if feed.position is None:
                feed.position = last_seq
            is_new = connection not in feed.starts
            # The feed may be behind: messages that were just replayed are not repeated.
            feed.starts[connection] = last_seq
            connection.rooms.add(room_id)
            if is_new:
                await self.presence.arrive(room_id, connection.user_id)

    async def _recover(
        self, user_id: int, room_id: int, seen: int | None
    ) -> tuple[int, Sequence[Message] | None]:
        """The room's newest number, and what comes after `seen`, if it is not much."""
        async with self._sessions() as session:
            query = queries.last_seq_for_member(room_id, user_id)
            last_seq = await session.scalar(query)
            if last_seq is None:
                raise NotFound
            if seen is None or not 0 <= last_seq - seen <= self._recovery_max:
                return last_seq, None
            missed = queries.messages_after(room_id, seen)
            upto = missed.where(Message.seq <= last_seq)
            return last_seq, (await session.scalars(upto)).all()

    async def unsubscribe(self, connection: Connection, room_id: int) -> None:
        if room_id in connection.rooms:
            connection.rooms.discard(room_id)
            feed = self._feeds[room_id]
            del feed.starts[connection]
            if not feed.starts and not feed.busy:
                del self._feeds[room_id]
            await self.presence.depart(room_id, connection.user_id)

    async def drop(self, connection: Connection) -> None:
        """Forget a connection that has ended, however it ended."""
        for room_id in list(connection.rooms):
            await self.unsubscribe(connection, room_id)

    # What happens in a room

    async def deliver(self, room_id: int, seq: int, message: Message | None) -> None:
        """A message was committed; `message` saves reading it, if it is at hand."""
        if room_id not in self._feeds:
            return
        async with self._locked(room_id) as feed:
            if feed.position is None or seq <= feed.position:
                return
            if message is not None and seq == feed.position + 1:
                self._hand_out(feed, message)
            else:
                await self._catch_up(room_id, feed)

    async def _catch_up(self, room_id: int, feed: Feed) -> None:
        """Deliver from the database whatever the feed has missed."""
        query = queries.messages_after(room_id, feed.position or 0)
        try:
            async with self._sessions() as session:
                rows = await session.scalars(query.limit(self._recovery_max + 1))
                missed = rows.all()
        except Exception:
            # Better closed than left with a gap: clients then reconnect and resume.
            log.exception("catch_up_failed")
            self._let_go(feed, INTERNAL_ERROR)
            return
        if len(missed) > self._recovery_max:
            self._let_go(feed, TRY_AGAIN)
            return
        for message in missed:
            self._hand_out(feed, message)

    def _hand_out(self, feed: Feed, message: Message) -> None:
        frame = message_frame(message)
        # Without an await, so that nobody subscribes or leaves during the loop.
        for connection, start in feed.starts.items():
            if message.seq > start:
                connection.offer(frame)
        feed.position = message.seq

    def _let_go(self, feed: Feed, code: int) -> None:
        for connection in feed.starts:
            connection.end(code)

    def broadcast(
        self,
        room_id: int,
        frame: str,
        *,
        but: Connection | None = None,
        but_user: int | None = None,
    ) -> None:
        """Send a frame to those who listen now: it is not stored and not numbered."""
        feed = self._feeds.get(room_id)
        for connection in feed.starts if feed else ():
            if connection is not but and connection.user_id != but_user:
                connection.offer(frame)

    def _tell_presence(self, room_id: int, user_id: int, status: str) -> None:
        fields = {"room_id": str(room_id), "user_id": str(user_id), "status": status}
        frame = server_frame("presence", **fields)
        self.broadcast(room_id, frame, but_user=user_id)

    async def evict(self, room_id: int, user_id: int) -> None:
        """End the subscriptions of somebody who is not a member any more."""
        if room_id not in self._feeds:
            return
        # A subscription under way holds the lock, and is found once it is done.
        async with self._locked(room_id) as feed:
            for connection in list(feed.starts):
                if connection.user_id == user_id:
                    connection.offer(server_frame("kicked", room_id=str(room_id)))
                    await self.unsubscribe(connection, room_id)

    async def resync(self) -> None:
        """Deliver what may have been missed while no events came."""
        for room_id in list(self._feeds):
            async with self._locked(room_id) as feed:
                await self._catch_up(room_id, feed)
            await self._evict_strangers(room_id)

    async def _evict_strangers(self, room_id: int) -> None:
        feed = self._feeds.get(room_id)
        if feed is None:
            return
        listening = {connection.user_id for connection in feed.starts}
        async with self._sessions() as session:
            query = queries.members_among(room_id, list(listening))
            members = set(await session.scalars(query))
        for user_id in listening - members:
            await self.evict(room_id, user_id)
