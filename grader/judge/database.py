"""The app's database as the judge sees it: rows, gates, SQL counts and faults."""

import asyncio
import re
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from grader.services.postgres import Cluster
from grader.texts import Text

T = TypeVar("T")
SETTLE_SECONDS = 1.0
GATE_SECONDS = 3.0
# How PostgreSQL itself asks, inside of a statement, whether a foreign key holds.
FOREIGN_KEY = re.compile(
    r'(SELECT (1|\$\d) FROM|DELETE FROM|UPDATE|SELECT fk\..* FROM) ONLY ".*'
    r"OPERATOR\(pg_catalog\.=\)",
    re.DOTALL,
)
# Statements come with their comments, and with $1 for each constant.
COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
PING = re.compile(
    r"show\s.*|select\s+(\$1(::\w+)?|(pg_catalog\.)?version\(\))(\s+as\s+\w+)?;?"
)
# How often statements are counted, at most.
TRIES = 3
# Raised by the commit gate: must show up in a log, never in an answer.
GATE_SECRET = "the judge refuses this commit"

COUNT = """
    SELECT query, toplevel, sum(calls)::int FROM pg_stat_statements s
    JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
    WHERE r.rolname = %s AND d.datname = %s
    GROUP BY query, toplevel ORDER BY 3 DESC
"""
RELATIONS = """
    SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'
"""
BACKENDS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE usename = %(role)s AND datname = %(database)s
"""


@dataclass
class Statements:
    """The SQL that the app ran: `calls` in all, and each text with its count."""

    calls: int = 0
    texts: list[tuple[str, int]] = field(default_factory=list)

    def most(self, count: int = 3) -> list[str]:
        """The statements that ran most often, for a report."""
        return [f"{calls} × {in_short(text)}" for text, calls in self.texts[:count]]

    def beside(self, few: "Statements") -> dict[str, Any]:
        """For a report: how many there are, and those that ran more often than there.

        Each with how often it runs now: "46 × SELECT … FROM stock WHERE …".
        """
        before = dict(few.texts)
        more = {text: calls - before.get(text, 0) for text, calls in self.texts}
        grown = sorted(self.texts, key=lambda row: more[row[0]], reverse=True)
        told = [f"{n} × {in_short(text)}" for text, n in grown if more[text] > 0]
        return {"statements": self.calls, "grew": told[:3]}


def in_short(text: str) -> str:
    """A statement in a line: what it reads and where, not the columns."""
    flat = " ".join(text.split())
    return re.sub(r"^SELECT (?:(?! FROM ).)+ FROM ", "SELECT … FROM ", flat)[:160]


def is_the_drivers(query: str, tables: Iterable[str]) -> bool:
    """Whether drivers and pools ask it of their own accord: that is not counted.

    It names a catalogue and none of the app's `tables`, or is a ping. What stands in a
    comment names nothing.
    """
    bare = COMMENT.sub(" ", query).strip().lower()
    if PING.fullmatch(bare):
        return True
    own = any(re.search(rf"(?<!\w){re.escape(t.lower())}(?!\w)", bare) for t in tables)
    return not own and ("pg_catalog" in bare or "pg_type" in bare)


class Session:
    """A connection of the judge's, made by the first query, for one query at a time."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._turn = asyncio.Lock()

    async def execute(
        self, query: str, params: Sequence[object] | Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one statement by itself; the rows it returns, or none."""
        async with self._turn:
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                )
            cursor = await self._connection.execute(query.encode(), params)
            return await cursor.fetchall() if cursor.description else []

    async def close(self) -> None:
        """Close it, after the query that is under way.

        A check that failed leaves requests behind, and these ask the database. Closed
        under a query, psycopg goes on reading from memory that libpq has freed.
        """
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
            self._connection = None


class Gate:
    """A lock that the judge holds while the app's requests queue behind it."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def waiting(
        self, count: int, tasks: Sequence[asyncio.Future[Any]] = ()
    ) -> bool:
        """Wait until `count` requests stand at the gate or are done without it.

        False when they are fewer at the deadline: some correct apps queue elsewhere.
        """
        deadline = time.monotonic() + GATE_SECONDS
        while time.monotonic() < deadline:
            done = sum(task.done() for task in tasks)
            if (
                done + await self._database.backends("wait_event_type = 'Lock'")
                >= count
            ):
                return True
            await asyncio.sleep(0.005)
        return False


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
        counted.texts = [
            (text, calls)
            for text, asked, calls in rows
            if not is_the_drivers(text, tables)
            and (asked or not FOREIGN_KEY.match(text))
        ]
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
            yield Gate(self)
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

    async def cut(self) -> None:
        """Cut every connection of the app."""
        self.note("cut")
        await self._statistics.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE usename = %s AND datname = %s",
            (self.role, self.name),
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
