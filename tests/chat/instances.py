"""Two servers on one database, and a conversation over both."""

import asyncio
from dataclasses import dataclass

from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.chat.helpers import (
    a_message,
    a_room,
    listening,
    quiet,
    said,
    seqs,
)

# So many messages a resume may bring: a long gap of the bus is longer.
RECOVERY_MAX = 50


@dataclass
class Pair:
    """Two servers on one database; `alice` speaks on the first, `bob` on the second.

    `guest` is bob on the first.
    """

    database: Database
    alice: Client
    bob: Client
    guest: Client


def a_pair(start: Start, world: World, bus_url: str) -> Pair:
    database = world.fresh()
    one, two = (
        start(database, BUS_URL=bus_url, RECOVERY_MAX=str(RECOVERY_MAX))
        for _ in range(2)
    )
    alice, guest = one.client("alice"), one.client("bob")
    return Pair(database, alice, two.client("bob"), guest)


async def chat_on_both(pair: Pair, connect: Connect) -> tuple[str, list[Socket]]:
    """Everybody on both servers sees every message once, in order."""
    room = await a_room(pair.alice, pair.bob)
    ears = [
        await listening(connect, who, room)
        for who in (pair.alice, pair.bob, pair.alice, pair.bob)
    ]
    for _ in range(5):
        await said(ears[0], room)
        await said(ears[1], room)
        for who in (pair.alice, pair.bob):
            reply = await who.post(f"/v1/rooms/{room}/messages", json=a_message())
            expect.status(reply, 201)
    await asyncio.gather(*(ear.received("message", 20) for ear in ears))
    await quiet(*ears)
    for ear in ears:
        expect.equal("seqs_seen", seqs(ear), list(range(1, 21)), who=ear.who)
    return room, ears


async def leaving_crosses(pair: Pair, connect: Connect) -> None:
    """Who leaves by himself on one server gets `kicked` on the other."""
    room = await a_room(pair.alice, pair.bob)
    elsewhere = await listening(connect, pair.guest, room)
    left = await pair.bob.delete(f"/v1/rooms/{room}/members/{pair.bob.id}")
    expect.status(left, 204)
    await elsewhere.next("kicked", room_id=room)
