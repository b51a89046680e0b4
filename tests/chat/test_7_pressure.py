"""Stage 7: slow readers, eager writers, and the end of the process."""

import asyncio
import math
import re
import time

import httpx

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import NO_CLOSE_FRAME, Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.pace import alone
from grader.judge.pace.fan_out import fans_out
from grader.judge.suite.fixtures import Start
from tests.chat.helpers import (
    RESTART,
    a_message,
    a_room,
    authenticated,
    listening,
    quiet,
    said,
    seqs,
    until,
)

MESSAGES, WINDOW = 500, 20
FLOOD_SECONDS = 2.8
LONG = "x" * 3990


async def poured(mouth: Socket, room: str, count: int, fast: list[Socket]) -> None:
    """Send long messages, never more than a window ahead of the fast readers."""
    had = fast[0].count.get("message", 0)
    for number in range(had, had + count):
        text = f"{number:04} {LONG}"
        await mouth.send("send", room_id=room, **a_message(body=text))
        for socket in fast:
            await socket.received("message", number + 1 - WINDOW, seconds=20)
    for socket in fast:
        await socket.received("message", had + count, seconds=20)


async def test_slow_reader_harms_nobody(start: Start, connect: Connect) -> None:
    """Of three readers one stalls: the others get all 500, in order; it is closed."""
    server = start(DB_POOL_SIZE="2")
    alice, bob, carol = (server.client(who) for who in ("alice", "bob", "carol"))
    room, other = await a_room(alice, bob, carol), await a_room(alice, bob)
    fast = [await listening(connect, who, room) for who in (alice, carol)]
    # As many of each kind as the pool has connections.
    stalled = [await listening(connect, bob, room) for _ in range(4)]
    mouth = await authenticated(connect, alice)
    await fast[0].next("presence", user_id=bob.id, status="online")
    for tab in stalled:
        tab.stall()

    await poured(mouth, room, 100, fast)
    for tab in stalled[:2]:
        await tab.send("subscribe", room_id=other, last_seq=0)
    for tab in stalled[2:]:
        await tab.send("send", room_id=other, **a_message())
    await poured(mouth, room, 50, fast)
    # Nor does anybody wait who has to do with what they asked for.
    await said(mouth, other)
    await poured(mouth, room, MESSAGES - 150, fast)

    # Gone from the room while it still does not read.
    await fast[0].next("presence", seconds=20, user_id=bob.id, status="offline")
    for socket in fast:
        found = [frame["seq"] for frame in socket.take("message")]
        expect.listed(found, range(1, MESSAGES + 1), "seq")
    for tab in stalled:
        tab.read_on()
    for tab in stalled:
        await has_fallen_behind(tab, room)


async def has_fallen_behind(stalled: Socket, room: str) -> None:
    """Once it reads again it sees consecutive messages, and then the end."""
    code = await stalled.closed(20)
    allowed = (4013, NO_CLOSE_FRAME)
    expect.true("close_code", code in allowed, expected=list(allowed), got=code)
    late = seqs(stalled, room)
    expect.equal("seqs_seen", late, list(range(1, len(late) + 1)), who="bob")
    expect.true("stalled_seen", len(late) < MESSAGES, expected="< 500", got=len(late))


async def test_rate_is_limited(start: Start, connect: Connect) -> None:
    """Above RATE_PER_S sends are refused and not stored; others are not affected."""
    server = start(RATE_PER_S="2")
    alice, bob = server.client("alice"), server.client("bob")
    # So many that a limit for each room, or for each tab, lets most of them through.
    rooms = [await a_room(alice, bob) for _ in range(10)]
    tabs = [await authenticated(connect, alice) for _ in range(10)]
    his = await authenticated(connect, bob)

    async def send(tab: Socket, room: str) -> bool:
        return was_accepted(await tab.ask("send", room_id=room, **a_message()))

    async def post(room: str) -> bool:
        path = f"/v1/rooms/{room}/messages"
        return was_accepted(await alice.post(path, json=a_message()))

    began = time.monotonic()
    calls = [send(tabs[n % 10], rooms[n % 10]) for n in range(20)]
    calls += [post(rooms[n % 10]) for n in range(20)]
    flood = asyncio.gather(*calls)
    for _ in range(2):
        await said(his, rooms[0])
    at_once = sum(await flood)
    expect.true("accepted_least", at_once >= 2, expected="≥ 2", got=at_once)
    # Long enough that a limit for each of the two doors lets twice as many through.
    later = 0
    while time.monotonic() < began + FLOOD_SECONDS or not later:
        later += await send(tabs[0], rooms[0]) + await post(rooms[1])
        if time.monotonic() > began + 20:
            expect.fail("accepted_again", expected="ack", got="rate_limited")
        await asyncio.sleep(0.05)
    seconds = math.ceil(time.monotonic() - began)

    accepted = at_once + later
    expect.at_most("accepted_most", accepted, 4 + 2 * seconds, seconds=seconds)
    stored = await server.database.count("messages")
    expect.equal("rows", stored, accepted + 2, table="messages")
    await is_ten_by_default(start, connect)


async def is_ten_by_default(start: Start, connect: Connect) -> None:
    """Where nothing is set, of 60 messages at once at least 10 are accepted."""
    alice = start(RATE_PER_S=None).client("alice")
    room, tab = await a_room(alice), await authenticated(connect, alice)
    began = time.monotonic()
    calls = [tab.ask("send", room_id=room, **a_message()) for _ in range(60)]
    accepted = sum(map(was_accepted, await asyncio.gather(*calls)))
    seconds = math.ceil(time.monotonic() - began)
    expect.true("accepted_least", accepted >= 10, expected="≥ 10", got=accepted)
    most = 20 + 10 * seconds
    expect.at_most("accepted_by_default", accepted, min(most, 60), seconds=seconds)


def was_accepted(answer: Fields | httpx.Response) -> bool:
    """Whether a send was accepted; any refusal but that of the limit is a failure."""
    if isinstance(answer, httpx.Response):
        if answer.status_code != 429:
            expect.status(answer, 201)
            return True
        expect.problem(answer, 429, "rate_limited")
        seconds = expect.header(answer, "retry-after")
        soon = seconds.isdecimal() and 1 <= int(seconds) <= 10
        expect.true("retry_after", soon, expected="1–10", got=seconds)
        return False
    if answer["type"] != "ack":
        expect.equal("error_code", answer.get("code"), "rate_limited")
        return False
    return True


GAUGE = re.compile(r"^ws_connections(?:\{[^}]*\})? ([0-9.e+-]+)", re.M)


async def gauge(client: Client) -> float:
    """The value of `ws_connections`."""
    reply = await client.get("/metrics")
    expect.status(reply, 200)
    values = GAUGE.findall(reply.text)
    expect.true("metric_exists", values, expected="ws_connections")
    return sum(float(value) for value in values)


async def becomes(client: Client, value: float) -> None:
    got = await until(lambda: gauge(client), value, seconds=8)
    expect.equal("gauge", got, value)


async def test_gauge_follows_connections(start: Start, connect: Connect) -> None:
    """`ws_connections` rises and falls with the connections that are open."""
    alice = start().client("alice")
    room, other = await a_room(alice), await a_room(alice)
    await becomes(alice, 0)
    sockets = [await listening(connect, alice, room) for _ in range(5)]
    await becomes(alice, 5)
    # Accepted is enough: this one has not said who it is.
    unknown = await connect(alice)
    await becomes(alice, 6)
    unknown.drop()
    await becomes(alice, 5)

    await sockets[0].close()
    await sockets[1].send_raw("not JSON")
    sockets[2].drop()
    await sockets[3].drop_in_a_frame()
    # One that vanishes while frames wait for it.
    stalled = await listening(connect, alice, room)
    stalled.stall()
    mouth = await authenticated(connect, alice)
    await poured(mouth, room, 100, [sockets[4]])
    await stalled.send("subscribe", room_id=other, last_seq=0)
    # The server has got that before it hears of the end.
    await quiet(mouth)
    stalled.drop()

    await becomes(alice, 2)
    await quiet(sockets[4], mouth)


async def test_shutdown_says_goodbye(start: Start, connect: Connect) -> None:
    """On SIGTERM open sockets are closed with 1001 or 1012, and the process ends."""
    server = start()
    alice, bob = server.client("alice"), server.client("bob")
    room, other = await a_room(alice, bob), await a_room(bob)
    sockets = [await listening(connect, who, room) for who in (alice, bob, alice)]
    stalled = await listening(connect, bob, room)
    stalled.stall()
    mouth = await authenticated(connect, alice)
    await poured(mouth, room, 100, sockets)
    await stalled.send("subscribe", room_id=other, last_seq=0)

    server.signal(15)

    for socket in (*sockets, mouth):
        code = await socket.closed(15)
        expect.true("close_code", code in RESTART, expected=list(RESTART), got=code)
    # It hindered nobody; now uvicorn need not wait for it until its patience ends.
    stalled.read_on()
    expect.equal("exit_code", await asyncio.to_thread(server.wait), 0)
    expect.equal("sessions_left", await sessions_left(server), 0)


async def sessions_left(server: Server) -> int:
    """Database sessions of the app, once those that are just ending have ended."""
    return await until(server.database.backends, 0)


@alone
async def test_fan_out_keeps_pace(world: World) -> None:
    """50 sockets get 200 messages in at most twice the reference's time."""
    await fans_out(world, a_room)
