"""Stage 3: every message reaches everybody in its room, and nobody else."""

import asyncio
import time
from contextlib import suppress

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.arrange import taught_by
from grader.judge.checks.failures import CheckFailed
from grader.judge.suite.fixtures import Start
from tests.chat.gates import unwritable
from tests.chat.helpers import (
    a_message,
    a_room,
    add,
    all_close,
    authenticated,
    frames_of,
    hides,
    listening,
    many_said,
    must_be,
    must_refuse,
    quiet,
    remove,
    said,
    subscribed,
)


def received(socket: Socket, room: str) -> list[str]:
    """The client ids of the messages of a room that a socket got, in order."""
    return [str(f["client_msg_id"]) for f in socket.take("message", room_id=room)]


async def test_message_reaches_the_room(
    alice: Client, bob: Client, connect: Connect
) -> None:
    """A message comes to all who listen, the sender included, and is acknowledged."""
    room = await a_room(alice, bob)
    sockets = [await listening(connect, who, room) for who in (alice, bob)]

    message = a_message(body='Grüße, 你好 👋🏽 \n"quoted" \\ </b>')
    ack = await sockets[0].ask("send", room_id=room, **message)

    expect.equal("frame_type", ack["type"], "ack")
    for socket in sockets:
        got = await socket.next("message", room_id=room)
        expect.fields(got, author_id=alice.id, **message)


async def test_subscription_needs_membership(
    alice: Client, bob: Client, admin: Client, connect: Connect
) -> None:
    """Outsiders cannot subscribe or send: `not_found`, and nothing comes."""
    rooms = [await a_room(alice), await a_room(alice, kind="private")]
    hers = await listening(connect, alice, *rooms)
    # Whom problem 1 calls an admin is a stranger here, like anybody.
    admins, his = [await authenticated(connect, who) for who in (admin, bob)]

    for room in (*rooms, "987654321", "no-room"):
        for socket in (admins, his):
            must_refuse(await socket.ask("subscribe", room_id=room), "not_found")
            sent = await socket.ask("send", room_id=room, **a_message())
            must_refuse(sent, "not_found")
    for room in rooms:
        await said(hers, room)

    await quiet(hers, his)
    expect.equal("messages_seen", his.count.get("message", 0), 0, who="bob")
    expect.equal("messages_seen", hers.count.get("message", 0), 2, who="alice")

    # What was proven once is asked again: he may be out by now.
    for room in rooms:
        await add(alice, room, bob)
        await said(his, room)
        await subscribed(his, room)
        await his.send("unsubscribe", room_id=room)
        await quiet(his)
        await remove(alice, room, bob)
        sent = await his.ask("send", room_id=room, **a_message())
        must_refuse(sent, "not_found")
        must_refuse(await his.ask("subscribe", room_id=room), "not_found")


async def test_rooms_are_kept_apart(
    alice: Client, bob: Client, connect: Connect
) -> None:
    """A socket gets what it subscribed to, and nothing after `unsubscribe`."""
    one, two = await a_room(alice, bob), await a_room(alice, bob)
    hers = await authenticated(connect, alice)
    first, both = (
        await listening(connect, bob, one),
        await listening(connect, bob, one, two),
    )
    in_one, in_two = await said(hers, one), await said(hers, two)
    await quiet(first, both, hers)
    ids = [in_one["client_msg_id"], in_two["client_msg_id"]]
    expect.equal("received_in", received(first, one), ids[:1], who="bob")
    expect.equal("received_in", received(first, two), [], who="bob")
    expect.equal("received_in", received(both, one), ids[:1], who="bob")
    expect.equal("received_in", received(both, two), ids[1:], who="bob")
    expect.equal("messages_seen", hers.count.get("message", 0), 0, who="alice")

    await both.send("unsubscribe", room_id=one)
    await quiet(both)
    frames_of(both, one)
    # Somebody comes, too: no frame of that room is for him, whatever its type.
    await subscribed(hers, one)
    await said(hers, one)
    later = await said(hers, two)

    await quiet(both)
    expect.equal("after_unsubscribe", frames_of(both, one), [], who="bob")
    found = received(both, two)
    expect.equal("received_in", found, [later["client_msg_id"]], who="bob")
    await nobody_is_in_the_way(alice, bob, connect)


async def nobody_is_in_the_way(alice: Client, bob: Client, connect: Connect) -> None:
    """Who subscribes while another is refused, or comes and goes, gets messages."""
    hers, his = [await authenticated(connect, who) for who in (alice, bob)]
    for room in (await a_room(alice), await a_room(alice, bob)) * 4:
        for kind in ("subscribe", "unsubscribe") * 8:
            await his.send(kind, room_id=room)
        # The server is still busy with him.
        await subscribed(hers, room)
        message = await said(hers, room)
        await hers.send("unsubscribe", room_id=room)
        await quiet(hers, his)
        ids = [message["client_msg_id"]]
        expect.equal("received_in", received(hers, room), ids, who="alice")


async def test_every_tab_gets_it_once(
    alice: Client, bob: Client, connect: Connect
) -> None:
    """Each tab of each user gets each message once, in the order of its sender."""
    room, other, hidden = (
        await a_room(alice, bob),
        await a_room(alice),
        await a_room(bob, kind="private"),
    )
    tabs = [
        await listening(connect, who, room, compression=compression)
        for who in (alice, bob)
        for compression in (False, True, False)
    ]

    sent = await many_said(tabs[0], room, 30)

    # What answers frames comes in their order: nobody need wait for an `ack`.
    kinds = ("send", "dance", "ping", "subscribe", "typing", "ping") * 2
    asked = {f" order {number}\n": kind for number, kind in enumerate(kinds)}
    rooms = {"subscribe": other, "typing": hidden}
    for ref, kind in asked.items():
        fields = {"room_id": rooms.get(kind, room)}
        if kind == "send":
            fields |= a_message()
            sent.append(fields["client_msg_id"])
        await tabs[0].send(kind, ref=ref, **fields)
    await quiet(*tabs)
    refs = [frame.get("ref") for frame in tabs[0].unread]
    # Who may not type may be told so, or nothing.
    order = [ref for ref in asked if asked[ref] != "typing" or ref in refs]
    expect.equal("answers", [ref for ref in refs if ref in asked], order)
    for tab in tabs:
        expect.listed(received(tab, room), sent, "client_msg_id")


async def test_lost_connections_harm_nobody(
    alice: Client, bob: Client, carol: Client, connect: Connect
) -> None:
    """While sockets vanish in the middle of it all, the others get every message."""
    room = await a_room(alice, bob, carol)
    steady = [await listening(connect, who, room) for who in (alice, bob, carol)]
    doomed = [await listening(connect, bob, room) for _ in range(12)]
    # Some listen first and some last, whatever order the server keeps them in.
    steady += [await listening(connect, who, room) for who in (alice, carol)]

    sent: list[str] = []
    for number, socket in enumerate(doomed):
        sending = asyncio.create_task(many_said(steady[0], room, 10))
        # In the middle of it: the first has come, the others are on their way.
        await steady[1].received("message", 10 * number + 1)
        if number % 3 == 0:
            await socket.drop_in_a_frame()
        elif number % 3 == 1:
            socket.drop()
        else:
            await socket.close()
        sent += await sending
    newcomer = await listening(connect, bob, room)
    last = await said(newcomer, room)
    sent.append(last["client_msg_id"])

    await quiet(*steady)
    for socket in steady:
        expect.listed(received(socket, room), sent, "client_msg_id")
    expect.status(await alice.get("/v1/rooms"), 200)


async def test_idle_sockets_hold_no_connection(start: Start, connect: Connect) -> None:
    """20 idle sockets leave a pool of two free; who only listens is closed: 4408."""
    sized = {"DB_POOL_SIZE": "2", "DB_POOL_TIMEOUT_S": "1"}
    server = start(LOG_LEVEL="DEBUG", **sized)
    alice, bob = server.client("alice"), server.client("bob")
    room = await a_room(alice, bob)
    sockets = [await listening(connect, alice, room) for _ in range(20)]

    for _ in range(3):
        expect.status(await bob.get("/v1/rooms"), 200)
    his = await authenticated(connect, bob)
    await subscribed(his, room)
    message = await said(his, room)

    await asyncio.gather(*(socket.received("message", 1) for socket in sockets))
    for socket in (*sockets, his):
        await quiet(socket)
        expect.equal(
            "received_in",
            received(socket, room),
            [message["client_msg_id"]],
            who=socket.who,
        )
    await is_answered_when_busy(server, room, connect)
    await listening_is_silence(start, connect)


async def is_answered_when_busy(server: Server, room: str, connect: Connect) -> None:
    """Where no connection is free, what answers a frame carries its `ref` as ever."""
    alice, bob = server.client("alice"), server.client("bob")
    others = [await a_room(alice) for _ in range(2)]
    hers, his = [await authenticated(connect, who) for who in (alice, bob)]
    newcomer = await connect(bob)
    async with unwritable(server.database, "memberships") as gate:
        adding = [asyncio.create_task(add(alice, other, bob)) for other in others]
        await gate.waiting(len(adding), adding)
        coming = asyncio.create_task(newcomer.ask("auth", token=bob.token))
        subscription, sending = await asyncio.gather(
            hers.ask("subscribe", room_id=room),
            his.ask("send", room_id=room, **a_message()),
        )
        # It may be answered by `ready`, by an `error` or by a close.
        with suppress(CheckFailed):
            await coming
    await asyncio.gather(*adding)
    for answer, done in ((subscription, "subscribed"), (sending, "ack")):
        if answer["type"] != done:
            must_be(answer, "error")
    await hides(server, bob, token=bob.token)


async def listening_is_silence(start: Start, connect: Connect) -> None:
    """What the server sends is no sign of life of the client."""
    server = start(HEARTBEAT_S="1")
    alice, bob = server.client("alice"), server.client("bob")
    room = await a_room(alice, bob)
    leaver, silent, mouth = [await authenticated(connect, bob) for _ in range(3)]
    listener = await listening(connect, alice, room)

    deadline = time.monotonic() + 10
    while listener.open_still and time.monotonic() < deadline:
        await said(mouth, room)
        # Nothing answers it, and yet it is a sign of life.
        await leaver.send("unsubscribe", room_id=room)
        await asyncio.sleep(0.1)

    with taught_by(2):
        await all_close([silent], 4408)
    await all_close([listener], 4408, seconds=0.5)
    expect.true("stays_open", leaver.open_still, expected="open")
