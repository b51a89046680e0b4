"""A database as it was at revision 0001, with jobs that a migration carries over."""

from dataclasses import dataclass
from typing import Any

import psycopg

from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.database import Database

JOBS = 300
# Every fourth job is in each of the old states; every fifth has no payload. Whatever
# its state, a job may have a result or an error, of an earlier try. It is known again
# by the hour in which it was created.
SEED = """
    INSERT INTO jobs (kind, payload, status, result, error, created_at, updated_at)
    SELECT CASE WHEN n % 3 = 0 THEN 'old.kind' ELSE 'echo' END,
           CASE WHEN n % 5 = 0 THEN NULL ELSE jsonb_build_object('n', n) END,
           (ARRAY['pending', 'working', 'done', 'error'])[n % 4 + 1],
           CASE WHEN n % 4 = 2 OR n % 7 = 0 THEN jsonb_build_object('was', n) END,
           CASE WHEN n % 4 = 3 OR n % 11 = 0 THEN 'broke ' || n END,
           TIMESTAMPTZ '2024-01-01 00:00Z' + n * INTERVAL '1 hour',
           TIMESTAMPTZ '2024-02-01 00:00Z' + n * INTERVAL '1 hour'
    FROM generate_series(1, 300) AS n ORDER BY n
"""
# The number of a job, in SQL.
N = "round(extract(epoch FROM created_at - TIMESTAMPTZ '2024-01-01 00:00Z') / 3600)"
# The job is as SEED wrote it, but for its payload, which is no longer NULL.
KEPT = f"""
    kind = CASE WHEN {N}::int % 3 = 0 THEN 'old.kind' ELSE 'echo' END
    AND payload = CASE WHEN {N}::int % 5 = 0 THEN '{{}}'::jsonb
        ELSE jsonb_build_object('n', {N}::int) END
    AND (result->>'was' = ({N}::int)::text) IS NOT DISTINCT FROM
        (CASE WHEN {N}::int % 4 = 2 OR {N}::int % 7 = 0 THEN true END)
    AND error IS NOT DISTINCT FROM
        (CASE WHEN {N}::int % 4 = 3 OR {N}::int % 11 = 0 THEN 'broke ' || {N}::int END)
"""


@dataclass
class Legacy:
    """The database after the upgrade, and how the upgrade went."""

    database: Database
    upgrade: Ran

    def must_be_upgraded(self) -> None:
        expect.true(
            "migration",
            self.upgrade.ok,
            expected="upgrade head",
            got=self.upgrade.exception() or self.upgrade.err[-600:],
        )


async def migrated(world: World) -> Legacy:
    database = world.database()
    ran = world.migrate(database, ["upgrade", "0001"])
    if ran.ok:
        await database.execute(SEED)
        ran = world.migrate(database, ["upgrade", "head"])
    return Legacy(database, ran)


async def refused(database: Database, statement: str) -> bool:
    """Whether a constraint refuses a change made past the app."""
    try:
        await database.execute(f"BEGIN; {statement}; ROLLBACK")
    except psycopg.errors.IntegrityError:
        await database.execute("ROLLBACK")
        return True
    return False


async def column_names(
    database: Database, table: str, condition: str = "true"
) -> set[Any]:
    rows = await database.execute(
        "SELECT column_name FROM information_schema.columns"
        f" WHERE table_schema = 'public' AND table_name = %s AND {condition}",
        table,
    )
    return {name for (name,) in rows}
