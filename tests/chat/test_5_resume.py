"""Stage 5: connections break, the conversation does not."""

import asyncio

import httpx

from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import taught_by
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.chat.crowd import filled, grown_old
from tests.chat.helpers import (
    a_message,
    a_room,
    authenticated,
    listening,
    many_said,
    must_be,
    posted,
    quiet,
    remove,
    said,
    seqs,
    subscribed,
    until,
)
from tests.chat.travellers import passes_by, travel

# A number that no room reaches.
BEYOND = 1_000_000
# More than the default of RECOVERY_MAX, and less than what it is in this suite.
MANY = 1_200
# Of a replay whose reader pauses: what it missed, and what comes meanwhile.
MISSED, LIVE, LONG = 300, 20, "x" * 3990


async def test_missed_messages_are_replayed(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """`last_seq` brings what was missed, in order and once, then what is new."""
    room = await a_room(alice, bob)
    hers = await listening(connect, alice, room)
    his = await listening(connect, bob, room)
    for _ in range(3):
        await said(hers, room)
    await quiet(his)
    expect.equal("seqs_seen", seqs(his, room), [1, 2, 3], who="bob")
    his.drop()
    missed = [await said(hers, room) for _ in range(5)]

    back = await authenticated(connect, bob)
    answer = await subscribed(back, room, last_seq=3)

    expect.fields(answer, room_id=room, recovered=True, last_seq=8)
    await said(hers, room)
    await quiet(back)
    frames = back.take("message")
    numbers = [frame["seq"] for frame in frames]
    expect.equal("seqs_seen", numbers, list(range(4, 10)), who="bob")
    for frame, message in zip(frames, missed, strict=False):
        expect.fields(frame, author_id=alice.id, **message)
    # Messages that are older than `client_msg_id` come without one.
    with taught_by(4):
        await grown_old(db, room, upto=2)
    complete = await authenticated(connect, bob)
    must_be(await complete.ask("subscribe", room_id=room, last_seq=0), "subscribed")
    await quiet(complete)
    frames = complete.take("message")
    numbers = [frame["seq"] for frame in frames]
    expect.equal("seqs_seen", numbers, list(range(1, 10)), who="bob")
    for old in frames[:2]:
        expect.fields(old, client_msg_id=None)
    # What it wants again comes again, though this connection had it before.
    await complete.send("unsubscribe", room_id=room)
    again = await subscribed(complete, room, last_seq=4)
    expect.fields(again, recovered=True, last_seq=9)
    await quiet(complete)
    expect.equal("seqs_seen", seqs(complete, room), list(range(5, 10)), who="bob")


async def test_without_last_seq_live_begins_now(
    alice: Client, bob: Client, connect: Connect
) -> None:
    """Without `last_seq` nothing is replayed; messages begin after the one reported."""
    room = await a_room(alice, bob)
    hers = await listening(connect, alice, room)
    his = await authenticated(connect, bob)
    empty = await subscribed(his, room)
    expect.fields(empty, last_seq=0, recovered=False)
    for _ in range(3):
        await said(hers, room)

    late = await authenticated(connect, bob)
    answer = await subscribed(late, room)
    expect.fields(answer, last_seq=3, recovered=False)
    await said(hers, room)

    await quiet(late)
    expect.equal("seqs_seen", seqs(late, room), [4], who="bob")
    # Again and again while somebody sends, also with a number beyond the last.
    over = asyncio.Event()
    passing = []
    for last_seq in (None, BEYOND):
        tab = await authenticated(connect, bob)
        passer = passes_by(tab, room, last_seq, over)
        passing.append(asyncio.create_task(passer))
    try:
        await many_said(hers, room, 60)
    finally:
        over.set()
    await asyncio.gather(*passing)


async def test_limits_of_recovery(
    alice: Client, db: Database, start: Start, connect: Connect
) -> None:
    """A gap above RECOVERY_MAX, or a number beyond the last, is not recovered."""
    await recovers_many(alice, db, connect)
    server = start(RECOVERY_MAX="20")
    alice = server.client("alice")
    empty, room = await a_room(alice), await a_room(alice)
    await filled(server.database, room, alice, 50)
    sockets: list[tuple[Socket, str]] = []

    for target, last_seq, recovered, first, newest in (
        (room, 30, True, 31, 50),
        (room, 29, False, 51, 50),
        (room, 0, False, 51, 50),
        (room, 50, True, 51, 50),
        (room, 51, False, 51, 50),
        (empty, 0, True, 1, 0),
        (empty, 7, False, 1, 0),
    ):
        socket = await authenticated(connect, alice)
        answer = await subscribed(socket, target, last_seq=last_seq)
        expect.fields(answer, recovered=recovered, last_seq=newest)
        await quiet(socket)
        replayed = list(range(first, newest + 1))
        expect.equal("seqs_seen", seqs(socket, target), replayed, who="alice")
        sockets.append((socket, target))
    for target, number in ((room, 51), (empty, 1)):
        live = await posted(alice, target)
        expect.equal("next_seq", live["seq"], number)
    # Recovered or not, messages begin after the newest.
    for socket, target in sockets:
        await quiet(socket)
        begins = [51] if target == room else [1]
        expect.equal("seqs_seen", seqs(socket, target), begins, who="alice")
    # Where nothing is set it is 500.
    server = start(RECOVERY_MAX=None)
    alice = server.client("alice")
    room = await a_room(alice)
    await filled(server.database, room, alice, 501)
    for last_seq, recovered in ((0, False), (1, True)):
        socket = await authenticated(connect, alice)
        answer = await subscribed(socket, room, last_seq=last_seq)
        expect.fields(answer, recovered=recovered)
        await socket.close()


async def recovers_many(reader: Client, db: Database, connect: Connect) -> None:
    """What is not above RECOVERY_MAX is replayed whole, however much it is."""
    room = await a_room(reader)
    await filled(db, room, reader, MANY)
    socket = await authenticated(connect, reader)
    answer = await subscribed(socket, room, last_seq=0)
    expect.fields(answer, recovered=True, last_seq=MANY)
    await quiet(socket)
    expect.listed(seqs(socket, room), range(1, MANY + 1), "seq")


async def test_resume_while_others_send(
    alice: Client, bob: Client, carol: Client, connect: Connect
) -> None:
    """While four tabs send, every resume continues without a gap or repetition."""
    await travel(connect, [alice, bob, carol], abruptly=False)


async def test_lost_connections_resume(
    alice: Client, bob: Client, carol: Client, connect: Connect
) -> None:
    """Dropped connections resume from what they saw: together, everything once."""
    await travel(connect, [alice, bob, carol], abruptly=True)


async def test_replay_is_not_overtaken(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """While a reader pauses in its replay others send: still all in order, once."""
    room = await a_room(alice, bob)
    # More than the buffers on the way hold, so that the replay has to wait.
    await filled(db, room, alice, MISSED, LONG)
    mouth, reader = [await authenticated(connect, who) for who in (alice, bob)]
    await subscribed(reader, room, last_seq=0)
    reader.stall()
    for _ in range(LIVE):
        await mouth.send("send", room_id=room, **a_message())
    # Others may wait for the reader at this stage: then the rest comes when it reads.
    everything = MISSED + LIVE
    await until(lambda: db.count("messages", "room_id::text = %s", room), everything, 2)

    reader.read_on()

    try:
        await reader.received("message", everything)
    except CheckFailed:
        # It may be closed, as too slow; a gap it may not have.
        if reader.open_still:
            raise
    found = seqs(reader, room)
    expect.listed(found, list(range(1, len(found) + 1)), "seq")


async def test_replay_needs_few_statements(
    alice: Client, db: Database, connect: Connect
) -> None:
    """Subscribing with a replay of 300 messages takes at most 4 SQL statements."""
    room = await a_room(alice)
    await filled(db, room, alice, 300)
    tabs = iter([await authenticated(connect, alice) for _ in range(3)])

    async def one_replay() -> None:
        socket = next(tabs)
        await subscribed(socket, room, last_seq=0)
        await socket.received("message", 300)
        await quiet(socket)
        expect.equal("seqs_seen", seqs(socket, room), list(range(1, 301)), who="alice")

    counted = await db.fewest(one_replay, 4)
    if counted.calls > 4:
        got = {"calls": counted.calls, "most": counted.most()}
        expect.fail("replay_statements", expected="≤ 4", got=got)


async def test_read_marker_never_goes_back(
    alice: Client, bob: Client, carol: Client, admin: Client, db: Database
) -> None:
    """The read marker moves forward only, and not beyond the last message."""
    room = await a_room(alice, bob, carol)
    await filled(db, room, alice, 9)

    for sent, stands in ((0, 0), (4, 4), (2, 4), (4, 4), (8, 8), (100, 9), (1, 9)):
        reply = await bob.put(f"/v1/rooms/{room}/read", json={"seq": sent})
        expect.status(reply, 200)
        expect.fields(
            body(reply),
            room_id=room,
            user_id=bob.id,
            role="member",
            last_read_seq=stands,
        )
    await keeps_the_highest(alice, room, db)
    hers = await carol.put(f"/v1/rooms/{room}/read", json={"seq": 0})
    expect.fields(body(hers), last_read_seq=0)
    for wrong in (-1, "9", 9.0, True):
        bad = await bob.put(f"/v1/rooms/{room}/read", json={"seq": wrong})
        expect.problem(bad, 422, "validation_error")
        expect.names_field(bad, "seq")
    await remove(alice, room, carol)
    for stranger in (carol, admin):
        refused = await stranger.put(f"/v1/rooms/{room}/read", json={"seq": 1})
        expect.problem(refused, 404, "not_found")


async def keeps_the_highest(reader: Client, room: str, db: Database) -> None:
    """Of two marks at one moment the higher one stays, though the lower came last."""
    path = f"/v1/rooms/{room}/read"
    mine = "room_id::text = %s AND user_id::text = %s"
    async with db.hold("memberships", mine, room, reader.id) as gate:
        marks: list[asyncio.Task[httpx.Response]] = []
        for seq in (8, 5):
            mark = reader.put(path, json={"seq": seq})
            marks.append(asyncio.create_task(mark))
            await gate.waiting(len(marks), marks)
    for reply in await asyncio.gather(*marks):
        expect.status(reply, 200)
    stands = await reader.put(path, json={"seq": 0})
    expect.fields(body(stands), last_read_seq=8)
