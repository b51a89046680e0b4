"""One reader who stalls: he stops everyone, or only himself."""

import asyncio
from typing import Protocol

import pytest


class Socket(Protocol):
    async def send(self, message: int) -> None: ...
    async def close(self, code: int) -> None: ...


# --8<-- [start:serial]
class SerialHub:
    def __init__(self) -> None:
        self.sockets: list[Socket] = []

    async def broadcast(self, message: int) -> None:
        for socket in list(self.sockets):
            await socket.send(message)  # Waits for the slowest of all.


class GatheringHub(SerialHub):
    async def broadcast(self, message: int) -> None:
        await asyncio.gather(*(socket.send(message) for socket in self.sockets))


# --8<-- [end:serial]


# --8<-- [start:mend]
class Connection:
    def __init__(self, socket: Socket, limit: int) -> None:
        self.socket = socket
        self.queue: asyncio.Queue[int] = asyncio.Queue(limit)
        self.writer = asyncio.create_task(self.write())

    async def write(self) -> None:
        while True:
            await self.socket.send(await self.queue.get())


class Hub:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.connections: set[Connection] = set()

    def join(self, socket: Socket) -> None:
        self.connections.add(Connection(socket, self.limit))

    async def broadcast(self, message: int) -> None:
        for connection in list(self.connections):
            try:
                connection.queue.put_nowait(message)  # Never waits.
            except asyncio.QueueFull:
                await self.drop(connection)

    async def drop(self, connection: Connection) -> None:
        self.connections.discard(connection)
        connection.writer.cancel()
        await connection.socket.close(4013)  # He comes back, and resumes.


# --8<-- [end:mend]


class FastReader:
    def __init__(self) -> None:
        self.got: list[int] = []

    async def send(self, message: int) -> None:
        self.got.append(message)

    async def close(self, code: int) -> None:
        raise AssertionError("A fast reader is never closed.")


class StalledReader:
    """Its buffers are full: nothing is sent until somebody reads, and nobody does."""

    def __init__(self) -> None:
        self.stalled, self.code = asyncio.Event(), 0

    async def send(self, message: int) -> None:
        self.stalled.set()
        await asyncio.Event().wait()

    async def close(self, code: int) -> None:
        self.code = code


async def send_ten(hub: SerialHub | Hub) -> None:
    for message in range(10):
        await hub.broadcast(message)
        await asyncio.sleep(0)  # Others may run, as with any real sender.


@pytest.mark.parametrize(("kind", "got"), [(SerialHub, []), (GatheringHub, [0])])
async def test_a_stalled_reader_stops_the_others(
    kind: type[SerialHub], got: list[int]
) -> None:
    hub, stalled, fast = kind(), StalledReader(), FastReader()
    hub.sockets = [stalled, fast]
    sending = asyncio.create_task(send_ten(hub))
    await stalled.stalled.wait()
    await asyncio.sleep(0)

    assert fast.got == got
    assert not sending.done()
    sending.cancel()


# --8<-- [start:test]
async def test_a_queue_for_each_lets_the_others_go_on() -> None:
    hub, stalled, fast = Hub(limit=3), StalledReader(), FastReader()
    hub.join(stalled)
    hub.join(fast)
    await send_ten(hub)

    assert fast.got == list(range(10))
    assert stalled.code == 4013
    assert len(hub.connections) == 1


# --8<-- [end:test]
