"""A database as it was at revision 0001, with messages that a migration numbers."""

from dataclasses import dataclass
from typing import Any

from grader.judge.app.runner import Ran
from grader.judge.app.world import World
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
