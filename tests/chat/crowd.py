"""Messages and members that the judge puts into the database by itself."""

import psycopg

from grader.judge.callers.client import Client
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database


async def filled(
    db: Database, room: str, author: Client, count: int, text: str = "Message"
) -> None:
    """Give an empty room the messages 1 to `count`; `text` begins each."""
    # Without checking each row's foreign keys, which takes most of the time.
    await db.execute("SET session_replication_role = replica")
    await db.execute(
        "INSERT INTO messages"
        " (room_id, seq, author_id, client_msg_id, body, created_at)"
        " SELECT rooms.id, n, users.id, 'filled-' || n, %s || ' ' || n, now()"
        " FROM rooms, users, generate_series(1, %s) AS n"
        " WHERE rooms.id::text = %s AND users.id::text = %s",
        text,
        count,
        room,
        author.id,
    )
    await db.execute("SET session_replication_role = DEFAULT")
    await db.execute("UPDATE rooms SET last_seq = %s WHERE id::text = %s", count, room)
    # Nobody else keeps the planner's statistics here.
    await db.execute("ANALYZE messages")


async def grown_old(db: Database, room: str, upto: int) -> None:
    """Let the first messages be older than the column `client_msg_id`: without one."""
    try:
        await db.execute(
            "UPDATE messages SET client_msg_id = NULL"
            " WHERE room_id::text = %s AND seq <= %s",
            room,
            upto,
        )
    except psycopg.errors.NotNullViolation as refusal:
        got = str(refusal).splitlines()[0]
        raise CheckFailed(
            "constraint", expected="client_msg_id may be NULL", got=got
        ) from None


async def silently_said(db: Database, room: str, author: Client, text: str) -> int:
    """Commit one more message behind the servers' backs; returns its number."""
    await db.execute(
        "WITH counted AS (UPDATE rooms SET last_seq = last_seq + 1"
        "   WHERE id::text = %s RETURNING id, last_seq)"
        " INSERT INTO messages"
        " (room_id, seq, author_id, client_msg_id, body, created_at)"
        " SELECT counted.id, last_seq, users.id, %s, %s, now()"
        " FROM counted, users WHERE users.id::text = %s",
        room,
        text,
        text,
        author.id,
    )
    found = await db.value("SELECT last_seq FROM rooms WHERE id::text = %s", room)
    return int(found)


async def silently_removed(db: Database, room: str, who: Client) -> None:
    """Take somebody out of a room behind the servers' backs."""
    await db.execute(
        "DELETE FROM memberships WHERE room_id::text = %s AND user_id::text = %s",
        room,
        who.id,
    )


async def crowded(db: Database, room: str, count: int) -> None:
    """Give a room so many more members, who exist in the database only."""
    await db.execute(
        "INSERT INTO users (email, name, password_hash, role, created_at)"
        " SELECT %s || '-' || n || '@example.com', 'Crowd', 'x', 'user', now()"
        " FROM generate_series(1, %s) AS n",
        f"crowd-{room}",
        count,
    )
    await db.execute(
        "INSERT INTO memberships (room_id, user_id, role, last_read_seq)"
        " SELECT rooms.id, users.id, 'member', 0 FROM rooms, users"
        " WHERE rooms.id::text = %s AND users.email LIKE %s",
        room,
        f"crowd-{room}-%",
    )
