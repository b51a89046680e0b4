"""What breaks between two servers, and what nobody may miss for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat

from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from tests.chat.crowd import filled, silently_removed, silently_said
from tests.chat.gates import unreadable
from tests.chat.helpers import (
    a_message,
    a_room,
    listening,
    must_be,
    must_refuse,
    quiet,
    seqs,
    unique,
)
from tests.chat.instances import RECOVERY_MAX, Pair, chat_on_both

Fault = Callable[[], Awaitable[None]]
# The statement says 5 seconds; a busy machine gets more.
MENDED_SECONDS = 10.0
# How often the bus breaks, and after how many seconds no more.
BREAKS, BREAKING_SECONDS = 8, 30.0
# The same for a bus that needs more and more time.
GROWING_SECONDS = 35.0
# More than a resume may bring.
LONG_GAP = RECOVERY_MAX + 10
# So many that a server is still looking into some when others get messages.
ROOMS, SOME = 24, 3
# What a server closes with that lost the database while it read.
LOST = 1011


@dataclass
class Listener:
    """Somebody in a room, who resumes where a server without a database closed."""

    connect: Connect
    client: Client
    room: str
    socket: Socket
    # The numbers that came, without those that are still unread on the socket.
    seen: list[int]
    # How many came on the sockets before this one.
    before: int = 0

    async def hears(self, last: int) -> None:
        """Wait for the message `last`, on as many sockets as it takes."""
        deadline = time.monotonic() + MENDED_SECONDS
        while True:
            try:
                here = last - self.before
                await self.socket.received("message", here, MENDED_SECONDS)
                await quiet(self.socket)
                return
            except CheckFailed:
                if self.socket.open_still or time.monotonic() > deadline:
                    raise
            await self.resume()

    async def resume(self) -> None:
        expect.equal("close_code", await self.socket.closed(), LOST)
        self.seen += seqs(self.socket)
        self.before = len(self.seen)
        more = {"last_seq": self.seen[-1]}
        socket, answer = await come_back(self.connect, self.client, self.room, **more)
        must_be(answer, "subscribed")
        expect.fields(answer, recovered=True)
        self.socket = socket


async def come_back(
    connect: Connect, who: Client, room: str, **more: int
) -> tuple[Socket, Fields]:
    """What `subscribe` answers on a new socket, as soon as the server reads again."""
    deadline = time.monotonic() + MENDED_SECONDS
    while True:
        try:
            socket = await connect(who)
            must_be(await socket.ask("auth", token=who.token), "ready")
            answer = await socket.ask("subscribe", room_id=room, **more)
            if answer.get("code") != "not_found":
                must_be(answer, "subscribed")
            return socket, answer
        except CheckFailed:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)


async def is_out(connect: Connect, who: Client, room: str, tab: Socket) -> None:
    """A tab gets `kicked`; or it was closed, and whoever comes back is refused."""
    try:
        await tab.next("kicked", MENDED_SECONDS, room_id=room)
    except CheckFailed:
        if tab.open_still:
            raise
        expect.equal("close_code", await tab.closed(), LOST)
        _, answer = await come_back(connect, who, room)
        must_refuse(answer, "not_found")


async def survives(pair: Pair, connect: Connect, interrupt: Fault) -> None:
    """What happened without an event is told after the bus is back."""
    room, ears = await chat_on_both(pair, connect)
    listeners = [
        Listener(connect, who, room, ear, seen=list(range(1, 21)))
        for who, ear in zip((pair.alice, pair.bob) * 2, ears, strict=True)
    ]
    left = await a_room(pair.alice, pair.bob)
    tab = await listening(connect, pair.bob, left)
    # Committed, and nobody is told: as if the events were lost on the way.
    await silently_removed(pair.database, left, pair.bob)
    hidden: list[int] = []
    looks = [
        partial(cut_in_the_look, pair.database, interrupt, tables)
        for tables in ("memberships", "rooms, messages")
    ]
    faults: Iterator[Fault] = chain((interrupt, *looks), repeat(interrupt))
    took: list[float] = []
    while breaks_again(took):
        since, fault = time.monotonic(), next(faults)
        text = unique("unheard")
        hidden.append(await silently_said(pair.database, room, pair.alice, text))
        await fault()
        for listener in listeners:
            await listener.hears(hidden[-1])
        took.append(time.monotonic() - since)
        if len(hidden) == 1:
            await is_out(connect, pair.bob, left, tab)
    last = hidden[-1] + 2
    await sent_at_last(pair.alice, room)
    await sent_at_last(pair.bob, room)
    for listener in listeners:
        await listener.hears(last)
        found = listener.seen + seqs(listener.socket)
        who = listener.client.who
        expect.equal("seqs_seen", found, list(range(1, last + 1)), who=who)


async def catches_up_or_ends(pair: Pair, connect: Connect, interrupt: Fault) -> None:
    """After a long gap a socket that stays open gets all, one that ends gets no gap."""
    room = await a_room(pair.alice, pair.bob)
    tabs = [await listening(connect, who, room) for who in (pair.alice, pair.bob)]
    await filled(pair.database, room, pair.alice, LONG_GAP)
    await interrupt()
    for tab in tabs:
        try:
            await tab.received("message", LONG_GAP, MENDED_SECONDS)
        except CheckFailed:
            if tab.open_still:
                raise
        found = seqs(tab)
        expect.equal("seqs_seen", found, list(range(1, len(found) + 1)), who=tab.who)


def breaks_again(took: list[float]) -> bool:
    """Whether the bus breaks once more, after it was mended in so many seconds each.

    Whoever waits longer each time must begin anew after a success: it goes on until
    that is seen, or until the wait is too long.
    """
    if len(took) < BREAKS:
        return sum(took) < BREAKING_SECONDS
    # Without those where the lock of the grader was in the way, too.
    alike = took[3:]
    grows = alike[-1] == max(alike) > 2 * min(alike)
    return grows and sum(took) < GROWING_SECONDS


async def cut_in_the_look(database: Database, interrupt: Fault, tables: str) -> None:
    """Interrupt, and cut both servers off again while they look into the tables."""
    async with unreadable(database, tables, interrupt) as gate:
        await gate.waiting(2)
        await database.cut(waits=False)


async def nothing_slips_through(pair: Pair, connect: Connect, interrupt: Fault) -> None:
    """What is sent while the servers look for what they missed is not missed itself."""
    made = [a_room(pair.alice, pair.bob) for _ in range(ROOMS)]
    rooms = await asyncio.gather(*made)
    ear = await listening(connect, pair.bob, *rooms)
    async with unreadable(pair.database, "rooms, messages", interrupt) as gate:
        # Both have connected again, and are about to look.
        await gate.waiting(2)
        sends = [sent_at_last(pair.alice, room) for room in rooms]
        sending = asyncio.gather(*sends)
        # Some messages, too, so that they are stored as soon as the lock is gone.
        await gate.waiting(2 + SOME)
    await sending
    try:
        await ear.received("message", ROOMS, MENDED_SECONDS)
        await quiet(ear)
    except CheckFailed:
        # A server that was cut off while it looked may close; its client then resumes.
        if ear.open_still:
            raise
        return
    expect.equal("seqs_seen", seqs(ear), [1] * ROOMS, who=ear.who)


async def sent_at_last(author: Client, room: str) -> None:
    """Send until it is accepted: connections may still be breaking."""
    message = a_message()
    deadline = time.monotonic() + MENDED_SECONDS
    while True:
        reply = await author.post(f"/v1/rooms/{room}/messages", json=message)
        if reply.status_code in (200, 201):
            return
        if time.monotonic() > deadline:
            expect.status(reply, 201)
        await asyncio.sleep(0.1)
