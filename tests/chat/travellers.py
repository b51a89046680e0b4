"""Listeners who come and go while others send, and what each of them saw."""

import asyncio
from dataclasses import dataclass, field

from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from tests.chat.helpers import (
    a_room,
    authenticated,
    listening,
    quiet,
    said,
    seqs,
    subscribed,
)

EACH, LISTENERS = 25, 6


async def passes_by(
    tab: Socket, room: str, last_seq: int | None, over: asyncio.Event
) -> None:
    """Come and go without a replay: messages begin after the one reported."""
    while not over.is_set():
        answer = await subscribed(tab, room, last_seq)
        expect.fields(answer, recovered=False)
        await tab.send("unsubscribe", room_id=room)
        await quiet(tab)
        found = seqs(tab, room)
        first = int(answer["last_seq"]) + 1
        right = list(range(first, first + len(found)))
        expect.equal("seqs_seen", found, right, who=tab.who)


@dataclass
class Traveller:
    """Somebody whose connection breaks again and again, and who resumes."""

    connect: Connect
    client: Client
    room: str
    seen: list[int] = field(default_factory=list)

    async def ride(self, *, until: asyncio.Event, abruptly: bool) -> None:
        """Connect and resume until the event, then once more for the rest."""
        while True:
            last = until.is_set()
            socket = await authenticated(self.connect, self.client)
            await subscribed(socket, self.room, last_seq=len(self.seen))
            if not last:
                await asyncio.sleep(0.02)
                if abruptly:
                    socket.drop()
            if last or not abruptly:
                await quiet(socket)
            await socket.close()
            self.take(seqs(socket, self.room))
            if last:
                return

    def take(self, numbers: list[int]) -> None:
        first = len(self.seen) + 1
        right = list(range(first, first + len(numbers)))
        expect.equal("seqs_seen", numbers, right, who=self.client.who)
        self.seen += numbers


async def travel(connect: Connect, clients: list[Client], *, abruptly: bool) -> None:
    """Travellers resume while four tabs send; each sees everything exactly once."""
    room = await a_room(clients[0], *clients[1:])
    mouths = [await listening(connect, client) for client in (*clients, clients[0])]
    done = asyncio.Event()
    travellers = [
        Traveller(connect, clients[n % len(clients)], room) for n in range(LISTENERS)
    ]
    rides = [
        asyncio.create_task(t.ride(until=done, abruptly=abruptly)) for t in travellers
    ]

    async def speak(mouth: Socket) -> None:
        for _ in range(EACH):
            await said(mouth, room)

    try:
        await asyncio.gather(*(speak(mouth) for mouth in mouths))
        done.set()
        await asyncio.gather(*rides)
    finally:
        for ride in rides:
            ride.cancel()
    everything = list(range(1, len(mouths) * EACH + 1))
    for traveller in travellers:
        expect.listed(traveller.seen, everything, "seq")
