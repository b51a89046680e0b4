"""Stage 8: two servers, one conversation."""

import asyncio
from typing import Any

import redis

from grader.judge.app.world import World
from grader.judge.callers.sockets import Connect
from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed
from grader.judge.suite.fixtures import Start
from tests.chat.breaks import (
    catches_up_or_ends,
    nothing_slips_through,
    survives,
)
from tests.chat.helpers import (
    a_message,
    a_room,
    listening,
    must_be,
    quiet,
    said,
)
from tests.chat.instances import a_pair, chat_on_both, leaving_crosses


async def test_two_servers_share_a_room(
    start: Start, world: World, connect: Connect
) -> None:
    """With `postgres`, everybody on both servers gets each message once, in order."""
    await chat_on_both(a_pair(start, world, "postgres"), connect)


async def test_long_chinese_text_crosses(
    start: Start, world: World, connect: Connect
) -> None:
    """4,000 Chinese characters arrive on the other server as they were sent."""
    pair = a_pair(start, world, "postgres")
    room = await a_room(pair.alice, pair.bob)
    hers, his = [await listening(connect, who, room) for who in (pair.alice, pair.bob)]
    text = "中文很长" * 1000

    for mouth, ear in ((hers, his), (his, hers)):
        message = a_message(body=text)
        must_be(await mouth.ask("send", room_id=room, **message), "ack")
        got = await ear.next("message", client_msg_id=message["client_msg_id"])
        lengths = {"expected": len(text), "got": len(str(got["body"]))}
        expect.true("same_text", got["body"] == text, **lengths)


async def test_kick_crosses(start: Start, world: World, connect: Connect) -> None:
    """Who is removed on one server gets `kicked` on the other, and nothing more."""
    pair = a_pair(start, world, "postgres")
    room = await a_room(pair.alice, pair.bob)
    hers, his = [await listening(connect, who, room) for who in (pair.alice, pair.bob)]

    removed = await pair.alice.delete(f"/v1/rooms/{room}/members/{pair.bob.id}")
    expect.status(removed, 204)
    await his.next("kicked", room_id=room)
    await said(hers, room)
    await leaving_crosses(pair, connect)
    await asyncio.sleep(0.3)

    await quiet(his)
    expect.equal("messages_seen", his.count.get("message", 0), 0, who="bob")


async def test_broken_bus_leaves_no_gap(
    start: Start, world: World, connect: Connect
) -> None:
    """However often all database connections are cut, nothing stays missing."""
    pair = a_pair(start, world, "postgres")

    async def interrupt() -> None:
        # Whoever waited until all are gone would be late for those that are back.
        await pair.database.cut(waits=False)

    await survives(pair, connect, interrupt)
    await nothing_slips_through(pair, connect, interrupt)
    await catches_up_or_ends(pair, connect, interrupt)


async def test_redis_does_the_same(
    start: Start, world: World, connect: Connect, redis_url: str
) -> None:
    """With Redis each message comes once, and nothing stays missing after breaks."""
    pair = a_pair(start, world, redis_url)
    killed: list[int] = []

    async def interrupt() -> None:
        pair.database.note("redis_killed")
        judge: Any = redis.Redis.from_url(redis_url)
        killed.append(judge.client_kill_filter(_type="pubsub"))
        judge.close()
        if not killed[0]:
            raise CheckFailed("subscribers", expected="≥ 1", got=killed[0])

    await survives(pair, connect, interrupt)
    await nothing_slips_through(pair, connect, interrupt)
    await catches_up_or_ends(pair, connect, interrupt)
