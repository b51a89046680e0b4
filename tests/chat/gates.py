"""Locks of the judge at which the chat waits, so that requests meet where they must."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg

from grader.judge.database import Database
from grader.judge.database.gate import Gate


@asynccontextmanager
async def unwritable(db: Database, table: str) -> AsyncIterator[Gate]:
    """Hold a table against writes alone: its rows are read and locked all the same.

    So everybody has decided what to write when the gate opens, whatever they lock.
    """
    holder = await psycopg.AsyncConnection.connect(db.cluster.watching(db.name))
    try:
        db.note("hold", table=table)
        await holder.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield Gate(db.backends)
    finally:
        await holder.close()


@asynccontextmanager
async def unreadable(
    db: Database, tables: str, first: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[Gate]:
    """Do something, and at once hold tables against reads, too."""
    holder = await psycopg.AsyncConnection.connect(db.cluster.watching(db.name))
    try:
        if first is not None:
            await first()
        db.note("locked", tables=tables)
        query = f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"
        await holder.execute(query.encode())
        yield Gate(db.backends)
    finally:
        await holder.close()


@asynccontextmanager
async def failing_removal(db: Database) -> AsyncIterator[None]:
    """Let every transaction that writes or removes a membership fail at COMMIT."""
    async with db.failing_commit("memberships"):
        await db.execute(
            "CREATE CONSTRAINT TRIGGER judge_gate_of_removals AFTER DELETE"
            " ON memberships DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION public.judge_refuses()"
        )
        try:
            yield
        finally:
            await db.execute("DROP TRIGGER judge_gate_of_removals ON memberships")
