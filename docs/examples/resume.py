"""History, then live: a message falls between the two, or arrives once."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest


class Room:
    """Stored messages, numbered 1, 2, 3 …, and those who listen."""

    def __init__(self) -> None:
        self.stored: list[int] = []
        self.listeners: list[Callable[[int], None]] = []
        self.reading, self.go_on = asyncio.Event(), asyncio.Event()

    def send(self) -> None:
        self.stored.append(len(self.stored) + 1)
        for listener in self.listeners:
            listener(self.stored[-1])

    async def history(self, after: int) -> list[int]:
        found = [seq for seq in self.stored if seq > after]
        self.reading.set()
        await self.go_on.wait()  # The query takes as long as the test says.
        return found


Deliver = Callable[[int], None]
Subscribe = Callable[[Room, int, Deliver], Coroutine[None, None, None]]


# --8<-- [start:gap]
async def history_first(room: Room, last_seq: int, deliver: Deliver) -> None:
    for seq in await room.history(last_seq):
        deliver(seq)
    room.listeners.append(deliver)  # What was sent meanwhile is in neither.


async def listen_first(room: Room, last_seq: int, deliver: Deliver) -> None:
    room.listeners.append(deliver)  # Now nothing is lost, but out of order.
    for seq in await room.history(last_seq):
        deliver(seq)


# --8<-- [end:gap]


# --8<-- [start:mend]
async def resume(room: Room, last_seq: int, deliver: Deliver) -> None:
    waiting: list[int] = []
    room.listeners.append(waiting.append)  # First listen, and hold back …
    for seq in await room.history(last_seq):
        deliver(seq)
        last_seq = seq
    for seq in waiting:  # … then what came meanwhile and was not in it …
        if seq > last_seq:
            deliver(seq)
            last_seq = seq
    room.listeners.remove(waiting.append)
    room.listeners.append(deliver)  # … then live. No await since the history.


# --8<-- [end:mend]


# --8<-- [start:test]
@pytest.mark.parametrize(
    ("subscribe", "seen"),
    [
        (history_first, [2, 3, 5]),  # 4 is lost.
        (listen_first, [4, 2, 3, 5]),  # 4 comes before 2.
        (resume, [2, 3, 4, 5]),
    ],
)
async def test_a_message_during_the_history(
    subscribe: Subscribe, seen: list[int]
) -> None:
    room, got = Room(), list[int]()
    for _ in range(3):
        room.send()
    coming = asyncio.create_task(subscribe(room, 1, got.append))
    await room.reading.wait()
    room.send()  # Number 4, while the history is read.
    room.go_on.set()
    await coming
    room.send()

    assert got == seen


# --8<-- [end:test]


async def test_what_is_in_both_comes_once() -> None:
    room, got = Room(), list[int]()
    room.go_on.set()
    read = room.history

    async def slow_history(after: int) -> list[int]:
        room.send()  # Stored after the listener came, before the query ran.
        return await read(after)

    room.history = slow_history  # type: ignore[method-assign]
    await resume(room, 0, got.append)
    assert got == [1]
