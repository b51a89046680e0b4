"""Stage 6: the embedded worker, bounded, tireless, and in good order at the end."""

import asyncio
from functools import partial
from typing import Any

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.at_work import at_work
from tests.jobs.helpers import a_job, ended, inserted, running, trail, until
from tests.jobs.pauses import a_full_table, no_pauses

CONCURRENCY = 3
TRIES = 3
# What lies between two readings of a clock is not an overlap.
CLOCK = 0.05
INTERVALS = """
    SELECT extract(epoch FROM started_at)::float, extract(epoch FROM finished_at)::float
    FROM job_attempts WHERE finished_at IS NOT NULL ORDER BY started_at
"""


async def intervals(db: Database) -> list[tuple[float, float]]:
    """When attempts began and ended, in seconds, in the order of their begin."""
    return [(begun, end) for begun, end in await db.execute(INTERVALS)]


async def all_succeed(db: Database, count: int) -> None:
    """All jobs of the database come to their end, and well."""

    async def done() -> bool:
        return await db.count("jobs", "state IN ('succeeded', 'dead')") >= count

    await until(done)
    expect.equal("succeeded", await db.count("jobs", "state = 'succeeded'"), count)


async def test_concurrency_is_bounded_and_reached(start: Start) -> None:
    """Of nine jobs WORKER_CONCURRENCY run at once: never more, and as many at times."""
    # Also where nothing is set: then it is 4.
    chosen = start(WORKER_CONCURRENCY=str(CONCURRENCY), POLL_S="0.2").database
    default = start(WORKER_CONCURRENCY=None, POLL_S="0.2").database

    for db in (chosen, default):
        await inserted(db, 9, "sleep", '{"seconds": 0.4}')
    await asyncio.gather(all_succeed(chosen, 9), all_succeed(default, 9))

    for db, most in ((chosen, CONCURRENCY), (default, 4)):
        found = await intervals(db)
        at_once = [
            sum(begun <= moment < end - CLOCK for begun, end in found)
            for moment, _ in found
        ]
        expect.equal("at_once", max(at_once), most)


async def test_requests_go_on_during_block(start: Start) -> None:
    """While a synchronous handler runs, requests are answered."""
    server = start(WORKER_CONCURRENCY="2", POLL_S="0.1")
    alice, db = server.client("alice"), server.database

    for attempt in range(1, TRIES + 1):
        await at_work(db, partial(block, alice), 1.5 * attempt)
        # Spread over half a second: of an event loop that is blocked, all but the
        # first would come after the end.
        for _ in range(5):
            expect.status(await alice.get("/healthz"), 200)
            await asyncio.sleep(0.1)
        if await db.count("jobs", "state = 'running'"):
            return
    expect.fail("held_up", expected="running", got="answered when it was over")


async def block(client: Client, seconds: float, **fields: Any) -> list[str]:
    """The id of a job that blocks its thread."""
    work = {"seconds": seconds}
    return [(await a_job(client, kind="block", payload=work, **fields))["id"]]


async def test_worker_survives_failures(start: Start) -> None:
    """`raise_exit` is a failed attempt; failures are retried; the process lives on."""
    server = start(
        WORKER_CONCURRENCY="2", POLL_S="0.1", BACKOFF_BASE_S="0.1", BACKOFF_MAX_S="0.2"
    )
    alice = server.client("alice")
    leaving = await a_job(alice, kind="raise_exit", max_attempts=2)
    bad = {"seconds": "many"}
    broken = await a_job(alice, kind="block", payload=bad, max_attempts=1)
    third = await a_job(alice, kind="fail_n", payload={"times": 2})

    for dead in (leaving, broken):
        found = await ended(alice, dead["id"])
        expect.fields(found, state="dead", attempt=dead["max_attempts"])
        expect.true("set", found["error"], field="error")
    found = await ended(alice, third["id"])
    expect.fields(found, state="succeeded", attempt=3, result={"attempt": 3})
    for tried, *wanted in (
        (third, "failed", "failed", "succeeded"),
        (leaving, "failed", "failed"),
        (broken, "failed"),
    ):
        outcomes = [attempt["outcome"] for attempt in await trail(alice, tried["id"])]
        expect.equal("outcomes", outcomes, wanted)
    after = await a_job(alice, kind="echo", payload={"still": "here"})
    found = await ended(alice, after["id"])
    expect.fields(found, state="succeeded", result={"still": "here"})
    expect.true("same_process", server.alive, expected="alive")


async def test_worker_survives_cut_connections(start: Start) -> None:
    """Jobs that run while the database cuts all connections succeed, and later ones."""
    # With places left it looks for jobs at once, over a connection that is gone.
    server = start(WORKER_CONCURRENCY="4", POLL_S="0.1", LEASE_S="2")
    db = server.database

    async def two(seconds: float) -> list[str]:
        return await inserted(db, 2, "sleep", f'{{"seconds": {seconds}}}')

    for _ in range(2):
        await at_work(db, two, 0.5)

        await db.cut()

        await inserted(db, 2, "echo")
        await all_succeed(db, await db.count("jobs"))


async def test_worker_keeps_going(world: World, start: Start) -> None:
    """No pauses while there are jobs; a job longer than LEASE_S is run once."""
    # They are there at the first look: nothing is waited for.
    there = world.fresh()
    long = await a_full_table(there)
    start(there, WORKER_CONCURRENCY="2", POLL_S="3")
    # With places left it would find its own job again when the lease is over.
    short = start(WORKER_CONCURRENCY="4", POLL_S="0.2", LEASE_S="0.8").database
    off = start(WORKER_CONCURRENCY="0", POLL_S="0.2").database
    await inserted(off, 1, "echo")

    async def one_after_the_other() -> None:
        await no_pauses(there)
        await not_taken_over(there, start, long)

    await asyncio.gather(one_after_the_other(), long_jobs(short))
    left = await off.count("jobs", "state = 'queued'")
    expect.equal("worker_is_off", left, 1)


async def not_taken_over(db: Database, start: Start, long: str) -> None:
    """Another process starts while this one is full, and works beside it."""
    (second,) = await inserted(db, 1, "sleep", '{"seconds": 60}')
    for job_id in (long, second):
        expect.true("begins", await running(db, job_id), got="queued")
    start(db, WORKER_CONCURRENCY="1", POLL_S="0.2")
    (echo,) = await inserted(db, 1, "echo")
    done = "id::text = %s AND state = 'succeeded'"
    by_the_other = await until(lambda: db.count("jobs", done, echo))
    await run_once(db, long, second)
    expect.equal("succeeded", by_the_other, 1)


async def long_jobs(db: Database) -> None:
    """Jobs of both sorts that last longer than their lease."""
    ids = await inserted(db, 1, "sleep", '{"seconds": 2}')
    ids += await inserted(db, 1, "block", '{"seconds": 2}')
    await all_succeed(db, 2)
    await run_once(db, *ids)


async def run_once(db: Database, *job_ids: str) -> None:
    for job_id in job_ids:
        begun = await db.count("job_attempts", "job_id::text = %s", job_id)
        expect.equal("attempts", begun, 1)


async def test_crash_of_one_of_two(start: Start) -> None:
    """One of two processes is killed in mid-job: every job still succeeds, once."""
    settings = {"WORKER_CONCURRENCY": "2", "POLL_S": "0.1", "LEASE_S": "1"}
    doomed = start(**settings)
    db = doomed.database
    start(db, **settings)

    async def eight(seconds: float) -> list[str]:
        return await inserted(db, 8, "sleep", f'{{"seconds": {seconds}}}')

    await at_work(db, eight, 0.6, at_once=4)

    doomed.kill()

    await all_succeed(db, await db.count("jobs"))
    twice = await db.value(
        "SELECT count(*) FROM job_attempts a JOIN job_attempts b USING (job_id)"
        " WHERE a.outcome = 'succeeded' AND b.attempt > a.attempt"
    )
    expect.equal("after_success", twice, 0)
    expired = await db.count("job_attempts", "outcome = 'lease_expired'")
    expect.true("lease_was_over", expired >= 1, expected="≥ 1", got=expired)


async def test_sigterm(start: Start) -> None:
    """On SIGTERM jobs may end within the grace, else they are queued; none begins."""
    patient = start(WORKER_CONCURRENCY="2", POLL_S="0.1", SHUTDOWN_GRACE_S="8")
    hurried = start(WORKER_CONCURRENCY="2", POLL_S="0.1", SHUTDOWN_GRACE_S="0.3")

    async def finishes() -> None:
        alice, db = patient.client("alice"), patient.database

        async def three(seconds: float) -> list[str]:
            # The grace goes on when the first of them has ended, for both sorts.
            work = {"seconds": seconds}
            ids = [(await a_job(alice, kind="sleep", payload=work))["id"]]
            ids += await block(alice, 1.5 * seconds)
            behind.append((await a_job(alice, kind="echo"))["id"])
            return ids

        behind: list[str] = []
        within = await at_work(db, three, 1, at_once=2)
        await stopped(patient)
        for job_id in within:
            expect.equal("state_after", await state(db, job_id), "succeeded")
        expect.equal("state_after", await state(db, behind[-1]), "queued")

    async def gives_back() -> None:
        alice, db = hurried.client("alice"), hurried.database
        long = {"seconds": 60}
        slept = await a_job(alice, kind="sleep", payload=long, max_attempts=1)
        sleeping = slept["id"]
        (blocking,) = await at_work(db, partial(block, alice, max_attempts=1), 4)
        expect.true("begins", await running(db, sleeping), got="queued")
        await stopped(hurried)
        for job_id in (sleeping, blocking):
            due = "id::text = %s AND state = 'queued' AND run_at <= clock_timestamp()"
            expect.equal("given_back", await db.count("jobs", due, job_id), 1)

    await asyncio.gather(finishes(), gives_back())


async def state(db: Database, job_id: str) -> object:
    return await db.value("SELECT state FROM jobs WHERE id::text = %s", job_id)


async def stopped(server: Server) -> None:
    """Tell it to stop, and see it off."""
    server.signal(15)
    code = await asyncio.to_thread(server.wait)
    expect.equal("exit_code", code, 0)

    async def gone() -> bool:
        return not await server.database.backends()

    await until(gone, patience=2)
    expect.equal("sessions_left", await server.database.backends(), 0)
