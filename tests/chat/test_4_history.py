"""Stage 4: numbers without gaps, and a history that is the truth."""

from collections import Counter
from typing import Any

from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, Socket
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from grader.judge.pace import alone
from grader.judge.pace.speed import keeps_pace
from grader.judge.suite.fixtures import Start
from tests.chat.crowd import crowded, filled
from tests.chat.helpers import (
    a_message,
    a_room,
    authenticated,
    listening,
    must_be,
    must_refuse,
    quiet,
    raw_json,
    said,
)
from tests.chat.history import messages_path, old_ones_have_no_id, page
from tests.chat.legacy import (
    Legacy,
    is_refused,
    makes_no_tables,
    numbered_by_time,
    ran_through,
    unchanged,
)
from tests.chat.sending import (
    choose_nothing,
    each_repeats_his_own,
    ends_without_ack,
    seq_in,
)


async def test_old_messages_are_numbered(legacy: Legacy) -> None:
    """`upgrade head` numbers the old messages of each room by time and id, from 1."""
    ran_through(legacy.ran, "upgrade head")
    db = legacy.database
    expect.equal("rows_unchanged", await unchanged(legacy), 300, table="messages")
    sizes = await numbered_by_time(db)
    counters = dict(await db.execute("SELECT id, last_seq FROM rooms"))
    right = {room: sizes.get(room, 0) for room in counters}
    expect.equal("counters", counters, right)
    for change, rule in (
        ("UPDATE messages SET seq = 1", "unique (room_id, seq)"),
        (
            "UPDATE messages SET client_msg_id = 'same'",
            "unique (room_id, author_id, client_msg_id)",
        ),
        ("UPDATE messages SET seq = NULL", "seq is not NULL"),
    ):
        expect.true("constraint", await is_refused(db, change), expected=rule)
    named = await db.count("messages", "client_msg_id IS NOT NULL")
    expect.equal("old_ids", named, 0)
    read = await db.count("memberships", "last_read_seq <> 0")
    expect.equal("old_markers", read, 0)


# A message that was sent after the upgrade.
SENT_SINCE = """
    INSERT INTO messages (room_id, seq, author_id, client_msg_id, body, created_at)
    SELECT room_id, 10000, author_id, 'since', 'Sent since.', now()
    FROM messages WHERE seq = 1 LIMIT 1
"""


async def test_migrations_go_both_ways(world: World, legacy: Legacy) -> None:
    """`alembic check` finds nothing; down and up again keeps every message."""
    ran_through(legacy.ran, "upgrade head")
    await makes_no_tables(world)
    db = legacy.database
    checked = world.migrate(db, ["check"])
    expect.true("alembic_check", checked.ok, got=checked.exception())

    await db.execute(SENT_SINCE)
    ran_through(world.migrate(db, ["downgrade", "0001"]), "downgrade 0001")
    expect.equal("rows_unchanged", await unchanged(legacy), 300, table="messages")
    expect.equal("rows", await db.count("messages"), 301, table="messages")
    columns = await db.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'messages' AND table_schema = 'public'"
    )
    old = ["author_id", "body", "created_at", "id", "room_id"]
    expect.equal("old_message_columns", sorted(name for (name,) in columns), old)
    ran_through(world.migrate(db, ["upgrade", "head"]), "upgrade head")
    expect.equal("rows_unchanged", await unchanged(legacy), 300, table="messages")


async def test_history_goes_both_ways(
    alice: Client, bob: Client, admin: Client, db: Database
) -> None:
    """Pages ascend, before and after a number, and tell whether there is more."""
    room = await a_room(alice)
    expect.equal("history_page", await page(alice, room), ([], False), query="")
    await filled(db, room, alice, 101)

    good: list[tuple[dict[str, int], range, bool]] = [
        ({}, range(52, 102), True),
        ({"limit": 100}, range(2, 102), True),
        ({"limit": 100, "before_seq": 101}, range(1, 101), False),
        ({"limit": 100, "before_seq": 61}, range(1, 61), False),
        ({"limit": 100, "after_seq": 0}, range(1, 101), True),
        ({"limit": 100, "after_seq": 1}, range(2, 102), False),
        ({"before_seq": 0}, range(0), False),
        ({"before_seq": 11, "limit": 4}, range(7, 11), True),
        ({"before_seq": 5, "limit": 4}, range(1, 5), False),
        ({"before_seq": 1}, range(0), False),
        ({"after_seq": 0, "limit": 3}, range(1, 4), True),
        ({"after_seq": 98, "limit": 3}, range(99, 102), False),
        ({"after_seq": 101}, range(0), False),
    ]
    await old_ones_have_no_id(alice, room, db)
    for query, numbers, more in good:
        expected = (list(numbers), more)
        got = await page(alice, room, **query)
        expect.equal("history_page", got, expected, query=str(query))
    bad_queries: list[dict[str, Any]] = [
        {"limit": 0},
        {"limit": 101},
        {"before_seq": -1},
        {"after_seq": "x"},
    ]
    for bad_query in bad_queries:
        bad = await alice.get(messages_path(room), params=bad_query)
        expect.problem(bad, 422)
        expect.names_field(bad, next(iter(bad_query)))
    for before, after in ((9, 3), (9, 0), (0, 3), (0, 0)):
        directions = {"before_seq": before, "after_seq": after}
        both = await alice.get(messages_path(room), params=directions)
        expect.problem(both, 422)
    # Whom problem 1 calls an admin is a stranger here, like anybody.
    for stranger in (bob, admin):
        read = await stranger.get(messages_path(room))
        expect.problem(read, 404, "not_found")
        sent = await stranger.post(messages_path(room), json=a_message())
        expect.problem(sent, 404, "not_found")


async def test_limits_of_messages(alice: Client, bob: Client, connect: Connect) -> None:
    """1–4000 characters and ids of 1–64, in any script, by REST and WebSocket."""
    room = await a_room(alice, bob)
    hers, his = [await listening(connect, who, room) for who in (alice, bob)]
    for text, key in (("x", "k"), ("好" * 4000, "键" * 64), ("👋" * 4000, "👋" * 64)):
        sent = {"body": text, "client_msg_id": key}
        reply = await alice.post(messages_path(room), json=sent)
        expect.status(reply, 201)
        expect.fields(body(reply), author_id=alice.id, **sent)
        got = await hers.next("message", client_msg_id=key)
        expect.fields(got, **body(reply))
        must_be(await his.ask("send", room_id=room, **sent), "ack")
        from_bob = await hers.next("message", client_msg_id=key, author_id=bob.id)
        expect.fields(from_bob, body=text)
    for field, value in (
        ("body", ""),
        ("body", "字" * 4001),
        ("body", "a\x00b"),
        ("client_msg_id", ""),
        ("client_msg_id", "x" * 65),
        ("client_msg_id", "a\x00b"),
    ):
        sent = a_message(**{field: value})
        reply = await alice.post(messages_path(room), json=sent)
        expect.problem(reply, 422, "validation_error")
        expect.names_field(reply, field)
        must_refuse(await his.ask("send", room_id=room, **sent), "invalid_frame")
    for field in ("body", "client_msg_id"):
        half = a_message(**{field: "a\ud83d"})
        refused = await alice.post(messages_path(room), **raw_json(half))
        expect.problem(refused, 422, "validation_error")
        expect.names_field(refused, field)
    expect.equal(
        "history_page", (await page(alice, room))[0], list(range(1, 7)), query=""
    )
    await choose_nothing(alice, bob, his, room)


async def test_eight_senders_get_eight_numbers(start: Start, connect: Connect) -> None:
    """Eight senders at once get the numbers 1 to 8, and listeners see them in order."""
    server = start(DB_POOL_SIZE="12", DB_POOL_TIMEOUT_S="10")
    alice, bob = server.client("alice"), server.client("bob")
    room = await a_room(alice, bob)
    ears = [await listening(connect, bob, room) for _ in range(2)]
    mouths = [await listening(connect, alice) for _ in range(4)]
    calls: list[Any] = [m.ask("send", room_id=room, **a_message()) for m in mouths]
    calls += [bob.post(messages_path(room), json=a_message()) for _ in range(4)]

    answers = await server.database.race(calls, "messages")

    seqs = [seq_in(answer) for answer in answers]
    expect.listed(sorted(seqs), range(1, 9), "seq")
    for ear in ears:
        await ear.received("message", 8)
        await quiet(ear)
        found = [frame["seq"] for frame in ear.take("message")]
        expect.equal("seqs_seen", found, list(range(1, 9)), who="bob")


async def test_sending_twice_is_sending_once(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """A repeated `client_msg_id` gets the first one's number, and nothing is added."""
    room, other = await a_room(alice, bob), await a_room(alice)
    ear = await listening(connect, bob, room)
    hers = await listening(connect, alice)
    first = await said(hers, room)
    again = await said(hers, room, client_msg_id=first["client_msg_id"], body="other")
    expect.equal("same_seq", again["seq"], first["seq"])
    by_rest = await alice.post(
        messages_path(room),
        json={"client_msg_id": first["client_msg_id"], "body": "third"},
    )
    expect.status(by_rest, 200)
    expect.fields(body(by_rest), seq=first["seq"], body=first["body"])
    key = a_message()
    calls = [alice.post(messages_path(room), json=key) for _ in range(3)]
    replies = await db.race(calls, "messages")
    expect.statuses(replies, 200, 200, 201)
    told = [body(reply)["seq"] for reply in replies]
    expect.equal("same_seq", told, told[:1] * 3)
    expect.equal("next_seq", told[0], first["seq"] + 1)

    await each_repeats_his_own(key["client_msg_id"], (room, other), alice, bob, connect)
    await quiet(ear)
    seen = Counter(frame["seq"] for frame in ear.take("message"))
    expect.equal("seqs_seen", dict(seen), {1: 1, 2: 1, 3: 1}, who="bob")
    stored = await db.count("messages", "room_id::text = %s", room)
    expect.equal("rows", stored, 3, table="messages")


async def test_failed_commit_is_told_to_nobody(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """When COMMIT fails there is no `ack`, no `message`, and no gap afterwards."""
    room = await a_room(alice, bob)
    ear = await listening(connect, bob, room)
    hers = await listening(connect, alice, room)
    before = await said(hers, room)

    lost = a_message()
    async with db.failing_commit("messages"):
        await ends_without_ack(hers, room, lost)
        refused = await alice.post(messages_path(room), json=a_message())
        expect.problem(refused, 500, "internal_error")

    await quiet(ear)
    expect.equal("messages_seen", ear.count.get("message", 0), 1, who="bob")
    # What was not stored is new, also on the connection that sent it.
    if not hers.open_still:
        hers = await authenticated(connect, alice)
    acknowledged = await hers.ask("send", room_id=room, **lost)
    must_be(acknowledged, "ack")
    expect.equal("next_seq", acknowledged["seq"], before["seq"] + 1)
    await ear.next("message", **lost, seq=acknowledged["seq"])
    expect.equal("messages_seen", ear.count.get("message", 0), 2, who="bob")


async def test_statements_do_not_grow(
    alice: Client, bob: Client, db: Database, connect: Connect
) -> None:
    """A `send` takes at most 4 SQL statements, with 3 members or 30."""
    for size in (3, 30):
        room = await a_room(alice, bob)
        await crowded(db, room, size - 2)
        hers, _ = [await listening(connect, who, room) for who in (alice, bob)]

        async def one_send(hers: Socket = hers, room: str = room) -> None:
            await said(hers, room)
            await quiet(hers)

        least = await db.fewest(one_send, 4)
        if least.calls > 4:
            expect.fail(
                "send_statements",
                expected="≤ 4",
                got={"calls": least.calls, "most": least.most()},
                members=size,
            )


@alone
def test_history_keeps_pace(benchmark: Any, world: World) -> None:
    """A page out of 100,000 messages takes at most twice the reference's time."""

    async def prepare(alice: Client) -> tuple[str, dict[str, str]]:
        room = await a_room(alice)
        await filled(alice.peer.database, room, alice, 100_000)
        headers = {"authorization": f"Bearer {alice.token}"}
        return f"{messages_path(room)}?before_seq=50000&limit=50", headers

    keeps_pace(benchmark, world, prepare)
