"""Stage 6: who is here, who writes, and who must go."""

import asyncio
import time

from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.chat.gates import failing_removal
from tests.chat.helpers import (
    a_message,
    a_room,
    add,
    authenticated,
    frames_of,
    listening,
    many_said,
    must_be,
    must_refuse,
    quiet,
    said,
    subscribed,
    until,
)

# Longer than PRESENCE_GRACE_S in this suite: news about tabs would have come by then.
AFTER_GRACE = 0.6


async def online_in(reader: Client, room: str) -> list[str]:
    reply = await reader.get(f"/v1/rooms/{room}/presence")
    expect.status(reply, 200)
    return list(body(reply)["online"])


def news(socket: Socket, room: str, who: Client) -> list[str]:
    """What a socket heard of somebody's presence since the last look."""
    frames = socket.take("presence", room_id=room, user_id=who.id)
    return [str(frame["status"]) for frame in frames]


async def test_presence_is_by_user(
    alice: Client, bob: Client, connect: Connect
) -> None:
    """The first tab brings one `online`, the last one to leave the only `offline`."""
    room, other = await a_room(alice, bob), await a_room(alice, bob)
    hers = await listening(connect, alice, room, other)

    one = await listening(connect, bob, room, other)
    two = await listening(connect, bob, room)
    await quiet(hers)
    for place in (room, other):
        expect.equal("presence_news", news(hers, place, bob), ["online"], who="bob")
    await one.close()
    await hers.next("presence", room_id=other, user_id=bob.id, status="offline")
    await asyncio.sleep(AFTER_GRACE)
    await quiet(hers)
    expect.equal("presence_news", news(hers, room, bob), [], who="bob")
    await two.send("unsubscribe", room_id=room)
    await hers.next("presence", room_id=room, user_id=bob.id, status="offline")

    await subscribed(two, room)
    await hers.next("presence", room_id=room, user_id=bob.id, status="online")
    await quiet(hers)
    for place in (room, other):
        expect.equal("presence_news", news(hers, place, bob), [], who="bob")
    await after_unsubscribe(hers, two, room, alice)


async def after_unsubscribe(hers: Socket, his: Socket, room: str, who: Client) -> None:
    """Whoever has unsubscribed hears no typing, no coming and no going any more."""
    await hers.send("unsubscribe", room_id=room)
    await quiet(hers)
    frames_of(hers, room)
    await his.send("typing", room_id=room)
    await his.send("unsubscribe", room_id=room)
    expect.equal("online", await until(lambda: online_in(who, room), []), [])
    await subscribed(his, room)
    await quiet(hers)
    expect.equal("after_unsubscribe", frames_of(hers, room), [], who=who.who)


async def test_vanished_user_goes_offline(
    alice: Client, bob: Client, carol: Client, connect: Connect
) -> None:
    """Who vanishes without a close frame is offline after the grace time."""
    room = await a_room(alice, bob, carol)
    hers = await listening(connect, alice, room)
    torn, gone = (
        await listening(connect, bob, room),
        await listening(connect, carol, room),
    )
    for who in (bob, carol):
        await hers.next("presence", user_id=who.id, status="online")

    gone.drop()
    await torn.drop_in_a_frame()
    # A broadcast that meets the dead connections must not keep them alive.
    await said(hers, room)

    for who in (bob, carol):
        await hers.next("presence", room_id=room, user_id=who.id, status="offline")
    expect.equal("online", await others_online(alice, room), [])


async def others_online(reader: Client, room: str) -> list[str]:
    """Who is online besides the reader."""
    return sorted(set(await online_in(reader, room)) - {reader.id})


async def test_quick_return_is_silent(start: Start, connect: Connect) -> None:
    """Who is back within the grace time, again and again, was never away."""
    server = start(PRESENCE_GRACE_S="2.5")
    alice, bob = server.client("alice"), server.client("bob")
    room = await a_room(alice, bob)
    hers = await listening(connect, alice, room)
    his = await listening(connect, bob, room)
    await hers.next("presence", user_id=bob.id, status="online")

    left = time.monotonic()
    his.drop()
    # Whether the server has noticed or not.
    await is_online(alice, room, bob, 0.6)
    back = await listening(connect, bob, room)
    away = time.monotonic() - left
    await asyncio.sleep(0.8)
    # Away once more when the grace of the first time would be over.
    left = time.monotonic()
    await back.send("unsubscribe", room_id=room)
    await is_online(alice, room, bob, 1.5)
    await subscribed(back, room)
    away = max(away, time.monotonic() - left)
    await asyncio.sleep(2)

    await quiet(hers, back)
    if away < 2:
        expect.equal("presence_news", news(hers, room, bob), [], who="bob")
    expect.equal("online", await others_online(alice, room), [bob.id])


async def is_online(reader: Client, room: str, who: Client, seconds: float) -> None:
    """Somebody is listed for so long; answers of a slow machine mean nothing."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        seen = await others_online(reader, room)
        if time.monotonic() - began < 2:
            expect.equal("online", seen, [who.id])
        await asyncio.sleep(0.1)


async def test_presence_is_listed(
    alice: Client, bob: Client, carol: Client, admin: Client, connect: Connect
) -> None:
    """`GET …/presence` lists who is online, once, for members only."""
    room, elsewhere = await a_room(alice, bob), await a_room(alice, bob)
    hers = await listening(connect, alice, elsewhere)
    expect.equal("online", await online_in(alice, room), [])

    tabs = [await listening(connect, bob, room) for _ in range(2)]

    expect.equal("online", await online_in(alice, room), [bob.id])
    expect.equal("online", await others_online(alice, elsewhere), [])
    for tab in tabs:
        await tab.close()
    expect.equal("online", await until(lambda: online_in(alice, room), []), [])
    for stranger in (carol, admin):
        refused = await stranger.get(f"/v1/rooms/{room}/presence")
        expect.problem(refused, 404, "not_found")
    await quiet(hers)


async def test_typing_is_passed_on(
    alice: Client, bob: Client, carol: Client, db: Database, connect: Connect
) -> None:
    """`typing` reaches the others in the room, and is neither stored nor echoed."""
    room, other = await a_room(alice, bob), await a_room(alice, bob, carol)
    hers, his = [await listening(connect, who, room, other) for who in (alice, bob)]
    other_tab = await listening(connect, alice, room)
    outside = await listening(connect, carol, other)

    await hers.send("typing", room_id=room)
    heard = await his.next("typing", room_id=room)
    expect.fields(heard, user_id=alice.id)
    await other_tab.next("typing", room_id=room)
    await outside.send("typing", room_id=room)

    await quiet(hers, his, outside)
    for socket in (hers, his, outside):
        expect.equal("typing_seen", len(socket.take("typing")), 0, who=socket.who)
    stored = await db.count("messages", "room_id::text = %s", room)
    expect.equal("rows", stored, 0, table="messages")


async def lives_on(socket: Socket) -> None:
    """A kick ends a subscription, not the connection: that is graded here."""
    must_be(await socket.ask("ping"), "pong")


async def test_kick_reaches_open_sockets(
    alice: Client, bob: Client, carol: Client, connect: Connect
) -> None:
    """Who is removed gets `kicked` on every tab and nothing after it; others stay."""
    room, other = await a_room(alice, bob, carol), await a_room(alice, bob)
    mouth, witness = (
        await listening(connect, alice, room),
        await listening(connect, carol, room),
    )
    tabs = [await listening(connect, bob, room, other) for _ in range(2)]
    # One that listened, too, and now only writes.
    aside = await listening(connect, bob, room)
    await aside.send("unsubscribe", room_id=room)
    for tab in (*tabs, aside):
        await tab.send("typing", room_id=room)
        await witness.next("typing", room_id=room, user_id=bob.id)
    await quiet(aside)
    frames_of(aside, room)
    chatter = asyncio.create_task(many_said(mouth, room, 20))

    removed = await alice.delete(f"/v1/rooms/{room}/members/{bob.id}")
    expect.status(removed, 204)
    for tab in tabs:
        await tab.next("kicked", room_id=room)
        await lives_on(tab)
    sent = await chatter
    # What came before `kicked` is as it should be.
    await quiet(*tabs)
    for tab in tabs:
        frames_of(tab, room)
    sent += await many_said(mouth, room, 5)
    await mouth.send("typing", room_id=room)
    # What was proven once is asked again: he is out by now.
    for tab in (*tabs, aside):
        await tab.send("typing", room_id=room)

    # Twice: what one of them had to be told is told once all have been heard.
    for _ in range(2):
        await quiet(mouth, *tabs, aside, witness)
    typed = witness.take("typing", room_id=room, user_id=bob.id)
    expect.equal("typing_seen", len(typed), 0, who="carol")
    expect.equal("after_unsubscribe", frames_of(aside, room), [], who="bob")
    for tab in tabs:
        kinds = sorted(set(frames_of(tab, room)) - {"presence"})
        expect.equal("after_kick", kinds, [], who="bob")
        must_refuse(await tab.ask("subscribe", room_id=room), "not_found")
        refused = await tab.ask("send", room_id=room, **a_message())
        must_refuse(refused, "not_found")
        await said(tab, other)
    seen = [str(f["client_msg_id"]) for f in witness.take("message", room_id=room)]
    expect.listed(seen, sent, "client_msg_id")


async def staying_kicks_nobody(
    alice: Client, bob: Client, room: str, db: Database, connect: Connect
) -> None:
    """Who is not removed after all hears of nothing, and goes on listening."""
    tabs = [await listening(connect, who, room) for who in (alice, bob)]
    hers, his = (f"/v1/rooms/{room}/members/{who.id}" for who in (alice, bob))
    async with failing_removal(db):
        for who in (alice, bob):
            expect.problem(await who.delete(his), 500)
    expect.problem(await alice.delete(hers), 409, "last_owner")
    expect.problem(await bob.delete(hers), 403, "forbidden")
    mouth = await authenticated(connect, alice)
    await said(mouth, room)
    for tab in tabs:
        # A commit that failed may end a connection, too.
        if not tab.open_still and await tab.closed() == 1011:
            continue
        await quiet(tab)
        kinds = [kind for kind in frames_of(tab, room) if kind != "presence"]
        expect.equal("still_members", kinds, ["message"], who=tab.who)


async def test_leaving_ends_the_subscription(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """Who leaves gets `kicked` too; back in the room, subscribing works again."""
    room = await a_room(alice, bob)
    await staying_kicks_nobody(alice, bob, room, db, connect)
    hers, his = [await listening(connect, who, room) for who in (alice, bob)]

    left = await bob.delete(f"/v1/rooms/{room}/members/{bob.id}")
    expect.status(left, 204)
    await his.next("kicked", room_id=room)
    await lives_on(his)
    await said(hers, room)
    await add(alice, room, bob)
    await said(hers, room)
    await quiet(his)
    expect.equal("messages_seen", len(his.take("message")), 0, who="bob")

    await subscribed(his, room)
    last = await said(hers, room)
    await his.next("message", client_msg_id=last["client_msg_id"])
    newcomer = await authenticated(connect, bob)
    await subscribed(newcomer, room)
