"""A bounded soak: many sockets in many rooms of two servers, and random kills.

    python -m tests.chat.soak --sockets 300 --rooms 20 --seconds 20

Every connection must see consecutive numbers, and what a listener saw over all of its
connections must be everything that was sent. Then deliveries per second are measured,
with a bare Starlette broadcast, which does nothing else, as the floor.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.catalogue import load
from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Socket
from grader.judge.pace.fan_out import SOCKETS, WINDOW, WINDOWS, Crowd
from grader.paths import SOLUTIONS
from grader.run import Engine
from tests.chat.helpers import a_message, a_room, must_be, until

BARE = """
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

everybody = set()


async def talk(websocket):
    await websocket.accept()
    for _ in range(2):
        await websocket.receive_text()
        await websocket.send_text("{}")
    everybody.add(websocket)
    try:
        async for text in websocket.iter_text():
            for other in everybody:
                await other.send_text(text)
    finally:
        everybody.discard(websocket)


def create_app():
    return Starlette(routes=[WebSocketRoute("/v1/ws", talk)])
"""


HANDSHAKES = asyncio.Semaphore(20)


@dataclass
class Soak:
    """What the listeners and the speakers of one soak share."""

    random: random.Random
    done: asyncio.Event = field(default_factory=asyncio.Event)
    sent: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    connections: int = 0
    deliveries: int = 0


@dataclass
class Listener:
    """Somebody in a room, whose connection may be killed at any moment."""

    soak: Soak
    client: Client
    room: str
    seen: int = 0

    async def listen(self) -> None:
        while True:
            last = self.soak.done.is_set()
            socket = await connected(self.client)
            answer = await socket.ask(
                "subscribe", room_id=self.room, last_seq=self.seen
            )
            must_be(answer, "subscribed")
            assert answer["recovered"], answer
            self.soak.connections += 1
            if last:
                must_be(await socket.ask("ping"), "pong")
            else:
                await self._live()
                socket.drop()
                self.soak.kills += 1
            await socket.close()
            for frame in socket.take("message"):
                assert frame["seq"] == self.seen + 1, (frame["seq"], self.seen)
                self.seen += 1
                self.soak.deliveries += 1
            if last:
                return

    async def _live(self) -> None:
        """Until the connection is killed, or the soak is over."""
        seconds = self.soak.random.uniform(2, 20)
        try:
            async with asyncio.timeout(seconds):
                await self.soak.done.wait()
        except TimeoutError:
            return


async def connected(client: Client) -> Socket:
    # A few handshakes at a time, so that no time limit of theirs is run into.
    async with HANDSHAKES:
        socket = await Socket(client, "/v1/ws").open()
    must_be(await socket.ask("auth", token=client.token), "ready")
    return socket


async def speak(soak: Soak, client: Client, rooms: Sequence[str]) -> None:
    socket = await connected(client)
    while not soak.done.is_set():
        room = soak.random.choice(rooms)
        ack = await socket.ask("send", room_id=room, **a_message())
        must_be(ack, "ack")
        soak.sent[room] = max(soak.sent.get(room, 0), int(ack["seq"]))
    await socket.close()


async def soak_once(
    servers: Sequence[Server], sockets: int, rooms: int, seconds: float, seed: int
) -> Soak:
    soak = Soak(random.Random(seed))
    people = [[s.client(n) for n in ("alice", "bob", "carol")] for s in servers]
    places = [await a_room(*people[0]) for _ in range(rooms)]
    listeners = [
        Listener(soak, people[n % 2][n // 2 % 3], places[n // 2 % rooms])
        for n in range(sockets)
    ]
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]

    async def all_listen() -> bool:
        return soak.connections >= sockets

    await until(all_listen, True, seconds=120)
    speakers = [
        asyncio.create_task(speak(soak, people[n % 2][n // 2 % 3], places))
        for n in range(4)
    ]
    await asyncio.sleep(seconds)
    soak.done.set()
    await asyncio.gather(*speakers)
    await asyncio.gather(*tasks)
    for listener in listeners:
        assert listener.seen == soak.sent.get(listener.room, 0), listener.room
    return soak


async def deliveries_per_second(crowd: Crowd) -> float:
    await crowd.gather()
    for _ in range(3):
        await crowd.listen()
    await crowd.close()
    return SOCKETS * WINDOW * WINDOWS / min(crowd.seconds)


async def nowhere(_: Client) -> str:
    return "0"


async def main(sockets: int, rooms: int, seconds: float, seed: int) -> None:
    with Engine() as engine, tempfile.TemporaryDirectory() as scratch:
        chat = World(load("chat"), SOLUTIONS, engine.cluster, engine.launcher)
        await chat.prepare()
        database = chat.fresh()
        # Three hundred arrive at one moment: let them wait, not fail.
        patient = {"DB_POOL_SIZE": "10", "DB_POOL_TIMEOUT_S": "60"}
        servers = [
            chat.server(database, BUS_URL="postgres", **patient) for _ in range(2)
        ]
        for server in servers:
            await asyncio.to_thread(server.start)
        started = time.monotonic()
        soak = await soak_once(servers, sockets, rooms, seconds, seed)
        took = time.monotonic() - started
        print(
            f"{sockets} sockets, {rooms} rooms, 2 servers, seed {seed}: "
            f"{sum(soak.sent.values())} messages, {soak.deliveries} deliveries in "
            f"{took:.0f} s, {soak.connections} connections, {soak.kills} killed; "
            "every connection consecutive, every union complete"
        )
        (Path(scratch) / "chat").mkdir()
        (Path(scratch) / "chat" / "main.py").write_text(BARE)
        bare = World(load("chat"), Path(scratch), engine.cluster, engine.launcher)
        alone = chat.server(chat.fresh())
        floor = bare.server(bare.database())
        for server in (alone, floor):
            await asyncio.to_thread(server.start)
        full = await deliveries_per_second(Crowd(alone, a_room))
        least = await deliveries_per_second(Crowd(floor, nowhere))
        print(
            f"{SOCKETS} sockets in a room: {full:.0f} deliveries/s; "
            f"bare Starlette broadcast: {least:.0f}/s; ratio {full / least:.2f}"
        )
        for world in (chat, bare):
            await world.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=300)
    parser.add_argument("--rooms", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asyncio.run(main(options.sockets, options.rooms, options.seconds, options.seed))
