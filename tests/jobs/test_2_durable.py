"""Stage 2: a migration carries 300 old jobs over, and a restart loses none."""

from contextlib import suppress

from grader.catalogue import load
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.checks.failures import AppDown
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.at_work import at_work
from tests.jobs.helpers import PATIENCE, a_job, ended, until
from tests.jobs.legacy import (
    JOBS,
    KEPT,
    SEED,
    Legacy,
    N,
    column_names,
    migrated,
    refused,
)

OLD = {"id", "kind", "payload", "status", "result", "error", "created_at", "updated_at"}
OLD_NULLABLE = ["error", "payload", "result"]
NULLABLE = {
    "jobs": "lease_token lease_expires_at worker_id unique_key progress result error"
    " started_at finished_at",
    "job_attempts": "outcome error finished_at",
}
TYPES = {
    "jsonb": "jobs.payload jobs.result",
    "timestamptz": "jobs.run_at jobs.lease_expires_at jobs.created_at jobs.started_at"
    " jobs.finished_at job_attempts.started_at job_attempts.finished_at",
}
FINAL = "state IN ('succeeded', 'dead')"


async def test_upgrade_keeps_every_job(legacy: Legacy) -> None:
    """`upgrade head` keeps all 300 jobs with what was in them."""
    legacy.must_be_upgraded()

    expect.equal("rows", await legacy.database.count("jobs"), JOBS, table="jobs")
    kept = await legacy.database.count("jobs", KEPT)
    expect.equal("rows_unchanged", kept, JOBS, table="jobs")


async def test_states_are_translated(legacy: Legacy) -> None:
    """The old status becomes state, attempt and times; everything else is as new."""
    legacy.must_be_upgraded()

    right = await legacy.database.count(
        "jobs",
        f"state = (ARRAY['queued', 'queued', 'succeeded', 'dead'])[{N}::int % 4 + 1]"
        " AND run_at = created_at"
        f" AND attempt = CASE WHEN {FINAL} THEN 1 ELSE 0 END"
        f" AND finished_at IS NOT DISTINCT FROM CASE WHEN {FINAL} THEN"
        f" TIMESTAMPTZ '2024-02-01 00:00Z' + {N} * INTERVAL '1 hour' END"
        " AND started_at IS NOT DISTINCT FROM finished_at",
    )
    expect.equal("translated_jobs", right, JOBS)
    as_new = await legacy.database.count(
        "jobs",
        "queue = 'default' AND priority = 0 AND max_attempts = 5"
        " AND NOT cancel_requested AND lease_token IS NULL AND unique_key IS NULL"
        " AND lease_expires_at IS NULL AND worker_id IS NULL AND progress IS NULL",
    )
    expect.equal("as_new", as_new, JOBS)
    gone = {"status", "updated_at"} & await column_names(legacy.database, "jobs")
    expect.true("columns_gone", not gone, got=sorted(gone))


async def test_constraints_guard_the_tables(legacy: Legacy) -> None:
    """The database refuses unknown states, a second active key, a doubled attempt."""
    legacy.must_be_upgraded()
    db = legacy.database
    two = f"{N}::int IN (4, 8)"
    attempt = (
        "INSERT INTO job_attempts (job_id, attempt, worker_id, outcome, error,"
        " started_at, finished_at)"
        " SELECT id, 1, 'w', NULL, NULL, now(), NULL FROM jobs, generate_series(1, {})"
        f" WHERE {N}::int = 4"
    )
    for change in (
        "UPDATE jobs SET state = 'asleep'",
        "UPDATE jobs SET queue = NULL",
        f"UPDATE jobs SET unique_key = 'k' WHERE {two}",
        f"UPDATE jobs SET unique_key = 'k', state = 'running' WHERE {N}::int = 4;"
        f" UPDATE jobs SET unique_key = 'k' WHERE {N}::int = 8",
        attempt.format(2),
        "INSERT INTO queues (name, paused) VALUES ('q', true), ('q', false)",
    ):
        expect.true("constraint", await refused(db, change), got=change)
    for change in (
        # One queued, one finished: the key is free again.
        f"UPDATE jobs SET unique_key = 'k' WHERE {N}::int IN (4, 6)",
        attempt.format(1),
    ):
        expect.true("no_constraint", not await refused(db, change), got=change)
    belongs = "contype = 'f' AND conrelid = %s::regclass AND confrelid = %s::regclass"
    keys = await db.count("pg_constraint", belongs, "job_attempts", "jobs")
    expect.true("constraint", keys, got="job_attempts.job_id")
    for table, nullable in NULLABLE.items():
        columns = " ".join(
            sorted(await columns_where(db, table, "is_nullable = 'YES'"))
        )
        expect.equal(
            "nullable_of_table",
            columns,
            " ".join(sorted(nullable.split())),
            table=table,
        )
    for kind, names in TYPES.items():
        for table, name in (full.split(".") for full in names.split()):
            found = await columns_where(db, table, f"udt_name = '{kind}'")
            expect.true("column_type", name in found, expected=kind, column=name)


async def columns_where(db: Database, table: str, condition: str) -> set[str]:
    """Which columns of this page satisfy a condition; further ones do not count."""
    found = await column_names(db, table, condition)
    return {name for name in found if f"{table}.{name}" in load("jobs").columns}


async def test_models_and_migrations_agree(world: World, legacy: Legacy) -> None:
    """`alembic check` finds nothing left to migrate; the app itself makes no table."""
    legacy.must_be_upgraded()
    empty = world.server(world.database())
    with suppress(AppDown):
        # Without tables it may refuse to start.
        empty.start()
    made = await column_names(empty.database, "jobs")
    expect.equal("tables_made", sorted(made), [])
    await empty.close()

    ran = world.migrate(legacy.database, ["check"])

    expect.true(
        "alembic_check", ran.ok, got=ran.exception() or (ran.out + ran.err)[-600:]
    )


async def test_down_and_up_again(world: World) -> None:
    """`downgrade 0001` brings the old table back with every job, and up works again."""
    found = await migrated(world)
    found.must_be_upgraded()
    db = found.database
    for state in ("running", "cancelled"):
        one = "SELECT id FROM jobs WHERE state = 'queued' LIMIT 1"
        await db.execute(f"UPDATE jobs SET state = %s WHERE id = ({one})", state)

    down = world.migrate(db, ["downgrade", "0001"])

    expect.true("migration", down.ok, expected="downgrade 0001", got=down.exception())
    expect.equal("old_columns", await column_names(db, "jobs"), OLD)
    nullable = await column_names(db, "jobs", "is_nullable = 'YES'")
    expect.equal("nullable_of_table", sorted(nullable), OLD_NULLABLE, table="jobs")
    counts = await db.execute("SELECT status, count(*) FROM jobs GROUP BY 1 ORDER BY 1")
    expect.equal("old_states", dict(counts), {"done": 75, "error": 76, "pending": 149})
    kept = await db.count("jobs", KEPT)
    expect.equal("rows_unchanged", kept, JOBS, table="jobs")
    # What an older program wrote, it can write again.
    expect.true("no_constraint", not await refused(db, SEED), got=SEED.strip())
    up = world.migrate(db, ["upgrade", "head"], ["check"])
    expect.true("migration", up.ok, expected="upgrade head", got=up.exception())
    kept = await db.count("jobs", KEPT)
    expect.equal("rows_unchanged", kept, JOBS, table="jobs")
    await db.close()


async def test_old_jobs_are_run(world: World, legacy: Legacy) -> None:
    """The app runs old jobs that were pending, and leaves unknown kinds alone."""
    legacy.must_be_upgraded()
    db = legacy.database
    server = world.server(db, WORKER_CONCURRENCY="4", POLL_S="0.1")
    server.start()
    left = "kind = 'echo' AND state <> 'succeeded' AND state <> 'dead'"

    async def nothing_left() -> bool:
        return not await db.count("jobs", left)

    await until(nothing_left)

    expect.equal("not_run", await db.count("jobs", left), 0)
    # Taken and given back, they would be queued again, with an attempt behind them.
    untouched = "kind = 'old.kind' AND state = 'queued' AND attempt = 0"
    unknown = await db.count("jobs", untouched)
    expect.equal("unknown_kinds_left", unknown, 50)
    echoed = await db.count("jobs", "state = 'succeeded' AND result = payload")
    expect.equal("echoed", echoed, 100)
    await server.close()


async def test_restart_loses_nothing(start: Start) -> None:
    """Jobs that wait or run when the process is killed are done after a restart."""
    server = start(WORKER_CONCURRENCY="1", LEASE_S="1.5", POLL_S="0.1")
    alice, db = server.client("alice"), server.database
    ids: list[str] = []

    async def one_and_three_behind(seconds: float) -> list[str]:
        slow = await a_job(alice, kind="sleep", payload={"seconds": seconds})
        ids.append(slow["id"])
        for number in range(3):
            waiting = await a_job(alice, kind="echo", payload={"n": number})
            ids.append(waiting["id"])
        return [slow["id"]]

    await at_work(db, one_and_three_behind, 1)

    server.kill()
    server.start()

    for job_id in ids:
        expect.fields(await ended(alice, job_id, PATIENCE), state="succeeded")
