"""The app's database as the judge sees it: rows, gates, SQL counts and faults."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from grader.judge.database.gate import GATE_SECONDS, Gate
from grader.judge.database.session import Session
from grader.judge.database.statements import COUNT, RELATIONS, of_the_app
from grader.judge.database.statements import Statements as Statements
from grader.services.postgres import Cluster
from grader.texts import Text

T = TypeVar("T")
SETTLE_SECONDS = 1.0
# How long a connection that is cut may take to be gone.
CUT_MS = 5000
# How often statements are counted, at most.
TRIES = 3
# Raised by the commit gate: must show up in a log, never in an answer.
GATE_SECRET = "the judge refuses this commit"
BACKENDS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE usename = %(role)s AND datname = %(database)s
"""


class Database:
    """One database of the app under test, through a connection of the judge's own."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.url = cluster.url(name)
        # The app's role in it.
        self.role = cluster.user_of(name)
        self._own = Session(cluster.watching(name))
        self._statistics = Session(cluster.administering())
        self._settle_seconds = SETTLE_SECONDS
        # What the judge did to the app in this check, for its report.
        self.notes: list[Text] = []

    def note(self, key: str, **params: object) -> None:
        self.notes.append(Text(f"note.{key}", params))

    async def close(self) -> None:
        for session in (self._own, self._statistics):
            await session.close()

    async def execute(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Run one statement as the judge; the rows it returns, or none."""
        return await self._own.execute(query, params or None)

    async def value(self, query: str, *params: object) -> Any:
        return (await self.execute(query, *params))[0][0]

    async def count(self, table: str, where: str = "true", *params: object) -> int:
        """How many rows of a table satisfy a condition."""
        found = await self.value(f"SELECT count(*) FROM {table} WHERE {where}", *params)
        return int(found)

    async def backends(self, condition: str = "true") -> int:
        """How many of the app's connections satisfy a condition on pg_stat_activity."""
        mine = {"role": self.role, "database": self.name}
        rows = await self._statistics.execute(f"{BACKENDS} AND {condition}", mine)
        return int(rows[0][0])

    async def settled(self) -> None:
        """Wait until no transaction of the app is open, so that reads see all writes.

        An app that answers before it commits loses its points at the commit gate, not
        by luck in every other check.
        """
        deadline = time.monotonic() + self._settle_seconds
        # Sessions that wait for one of the judge's locks are not about to commit.
        busy = "state <> 'idle' AND wait_event_type IS DISTINCT FROM 'Lock'"
        while await self.backends(busy):
            if time.monotonic() > deadline:
                # It leaks transactions: do not wait as long the next time.
                self._settle_seconds = 0.05
                return
            await asyncio.sleep(0.002)

    async def falls_idle(self) -> bool:
        """Whether a moment comes in which no transaction of the app is open."""
        deadline = time.monotonic() + GATE_SECONDS
        while await self.backends("state <> 'idle'"):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[Statements]:
        """Count the statements that the app runs inside the block."""
        await self._statistics.execute(
            "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database"
            " WHERE datname = %s",
            (self.name,),
        )
        counted = Statements()
        yield counted
        tables = [name for (name,) in await self.execute(RELATIONS)]
        rows = await self._statistics.execute(COUNT, (self.role, self.name))
        counted.texts = of_the_app(rows, tables)
        counted.calls = sum(calls for _, calls in counted.texts)

    async def fewest(
        self, act: Callable[[], Awaitable[object]], enough: int = 0
    ) -> Statements:
        """The fewest statements that an act took in a few tries, ended by `enough`.

        What an app does beside, a sweep say, falls into some of them, not into all.
        """
        tries: list[Statements] = []
        while len(tries) < TRIES and not any(t.calls <= enough for t in tries):
            async with self.counting() as counted:
                await act()
            tries.append(counted)
        return min(tries, key=lambda counted: counted.calls)

    @asynccontextmanager
    async def hold(
        self, table: str, where: str | None = None, *params: object
    ) -> AsyncIterator[Gate]:
        """Hold a table against writes, or the rows of it that satisfy `where`."""
        self.note("hold" if where is None else "hold_rows", table=table)
        conninfo = self.cluster.watching(self.name)
        holder = await psycopg.AsyncConnection.connect(conninfo)
        try:
            if where is None:
                await holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
            else:
                query = f"SELECT 1 FROM {table} WHERE {where} FOR UPDATE"
                await holder.execute(query.encode(), params)
            yield Gate(self.backends)
        finally:
            await holder.close()

    async def race(
        self,
        calls: Sequence[Coroutine[Any, Any, T]],
        table: str,
        where: str | None = None,
        *params: object,
    ) -> list[T]:
        """Let all calls queue at a held table (or rows), then release them together."""
        async with self.hold(table, where, *params) as gate:
            tasks = [asyncio.create_task(call) for call in calls]
            await gate.waiting(len(tasks), tasks)
        self.note("race", count=len(tasks))
        return await asyncio.gather(*tasks)

    @asynccontextmanager
    async def failing_commit(self, table: str) -> AsyncIterator[None]:
        """Let every transaction that writes to `table` fail at COMMIT."""
        self.note("failing_commit", table=table)
        await self.execute(
            "CREATE FUNCTION public.judge_refuses() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{GATE_SECRET}'; END $$"
        )
        await self.execute(
            f"CREATE CONSTRAINT TRIGGER judge_gate AFTER INSERT OR UPDATE ON {table}"
            " DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION public.judge_refuses()"
        )
        try:
            yield
        finally:
            await self.execute(f"DROP TRIGGER judge_gate ON {table}")
            await self.execute("DROP FUNCTION public.judge_refuses()")

    async def cut(self, *, waits: bool = True) -> None:
        """Cut every connection of the app; `waits` until they are gone.

        Without waiting, it has no time to take one that will be cut, too.
        """
        self.note("cut")
        await self._statistics.execute(
            "SELECT count(pg_terminate_backend(pid, %s)) FROM pg_stat_activity"
            " WHERE usename = %s AND datname = %s",
            (CUT_MS if waits else 0, self.role, self.name),
        )

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Make the database unreachable for the app."""
        self.note("down")
        switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        name = sql.Identifier(self.name)
        self.cluster.admin.execute(switch.format(name, sql.SQL("false")))
        try:
            await self.cut()
            yield
        finally:
            self.cluster.admin.execute(switch.format(name, sql.SQL("true")))
