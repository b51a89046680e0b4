"""A database as it was at revision 0001, with messages that a migration numbers."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.checks.failures import AppDown
from grader.judge.database import Database

MESSAGES = 300
# Three rooms with messages and one without; ten messages share each instant, and ids
# run against the clock. Three instants are a microsecond apart, then comes a minute.
SEED = f"""
    WITH author AS (
        INSERT INTO users (email, name, password_hash, role, created_at)
        VALUES ('old@example.com', 'old', 'x', 'user', now()) RETURNING id
    ), room AS (
        INSERT INTO rooms (name, kind, created_at)
        SELECT 'Old ' || n, 'public', now() FROM generate_series(0, 3) AS n
        RETURNING id, substr(name, 5)::int AS n
    ), member AS (
        INSERT INTO memberships (room_id, user_id, role)
        SELECT room.id, author.id, 'owner' FROM room, author
    )
    INSERT INTO messages (room_id, author_id, body, created_at)
    SELECT room.id, author.id, '旧消息 ' || m,
           timestamptz '2025-01-01 00:00+00' - (m / 30) * interval '1 minute'
           - (m / 10 % 3) * interval '1 microsecond'
    FROM generate_series(1, {MESSAGES}) AS m, author, room
    WHERE room.n = m % 3 ORDER BY m
"""
OLD = "SELECT id, room_id, author_id, body, created_at FROM messages ORDER BY id"


@dataclass
class Legacy:
    """Old messages by id as (room, author, body, time), and how the upgrade ended."""

    database: Database
    before: dict[Any, tuple[Any, ...]]
    ran: Ran


async def migrated(world: World) -> Legacy:
    """Old messages at 0001, brought to head by the learner's migrations."""
    database = world.database()
    first = world.migrate(database, ["upgrade", "0001"])
    before = {}
    if first.ok:
        await database.execute(SEED)
        before = await messages_of(database)
    ran = world.migrate(database, ["upgrade", "head"]) if first.ok else first
    return Legacy(database, before, ran)


async def messages_of(database: Database) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in await database.execute(OLD)}


def ran_through(ran: Ran, what: str) -> None:
    expect.true("migration", ran.ok, expected=what, got=ran.exception())


async def unchanged(legacy: Legacy) -> int:
    now = await messages_of(legacy.database)
    return sum(now.get(key) == row for key, row in legacy.before.items())


async def numbered_by_time(db: Database) -> dict[Any, int]:
    """Each room's messages have the numbers from 1 by time and id; their counts."""
    by_room: defaultdict[Any, list[Any]] = defaultdict(list)
    for room, message in await db.execute(
        "SELECT room_id, id FROM messages ORDER BY room_id, created_at, id"
    ):
        by_room[room].append(message)
    for room, messages in by_room.items():
        numbered = await db.execute(
            "SELECT id, seq FROM messages WHERE room_id = %s ORDER BY seq", room
        )
        expect.listed([i for i, _ in numbered], messages, "id")
        expect.listed([n for _, n in numbered], range(1, len(messages) + 1), "seq")
    return {room: len(messages) for room, messages in by_room.items()}


async def is_refused(db: Database, statement: str) -> bool:
    """Whether the database itself refuses a change."""
    try:
        await db.execute(f"DO $$ BEGIN {statement}; RAISE EXCEPTION 'accepted'; END $$")
    except psycopg.errors.IntegrityError:
        return True
    except psycopg.errors.RaiseException:
        return False
    return False


async def makes_no_tables(world: World) -> None:
    """An app that is started on an empty database leaves it empty, or ends."""
    empty = world.server(world.database())
    with suppress(AppDown):
        empty.start()
    made = await empty.database.count("pg_tables", "schemaname = 'public'")
    expect.equal("tables_made", made, 0)
    await empty.close()
