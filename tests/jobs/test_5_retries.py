"""Stage 5: failed jobs come back later and later, or are dead, or revived."""

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    a_job,
    drained,
    failed,
    job,
    lease,
    leased,
    make_due,
    moment,
    nobodys,
    post_lease,
    shown,
    some_jobs,
    trail,
    unique,
)

# As in the catalogue: long enough that nothing becomes due while we look.
BASE, CAP = 100.0, 1000.0
TOLERANCE = 1.0


async def delay_of(client: Client, found: Fields) -> float:
    """The seconds between the end of the last attempt and the next one."""
    last = (await trail(client, found["id"]))[-1]
    gap = moment(found["run_at"]) - moment(last["finished_at"])
    return gap.total_seconds()


# As if these attempts had begun an hour ago: a delay counts from the end.
LONG_AGO = """
    UPDATE jobs SET
        created_at = created_at - interval '1 hour',
        run_at = run_at - interval '1 hour',
        started_at = started_at - interval '1 hour'
    WHERE state = 'running' AND queue = %s
"""
BEGUN_LONG_AGO = """
    UPDATE job_attempts SET started_at = started_at - interval '1 hour'
    WHERE finished_at IS NULL AND job_id IN (SELECT id FROM jobs WHERE queue = %s)
"""


async def fail_all(admin: Client, db: Database, queue: str, count: int) -> list[float]:
    """Lease so many jobs and fail them; their delays."""
    items = await lease(admin, queue, max_jobs=count)
    expect.equal("lease_size", len(items), count)
    for found in (item["job"] for item in items):
        # It was due before it was leased.
        late = moment(found["started_at"]) - moment(found["run_at"])
        begun = late.total_seconds() > -TOLERANCE
        expect.true("started_at", begun, got=found["started_at"])
    for statement in (LONG_AGO, BEGUN_LONG_AGO):
        await db.execute(statement, queue)
    jobs = [await failed(admin, item) for item in items]
    return [await delay_of(admin, found) for found in jobs]


def within(
    delays: list[float], failures: int, base: float = BASE, cap: float = CAP
) -> None:
    d = min(cap, base * 2 ** (failures - 1))
    slack = min(TOLERANCE, 0.2 * d)
    low, high = 0.5 * d - slack, 1.5 * d + slack
    outside = [round(delay, 1) for delay in delays if not low <= delay <= high]
    wanted = f"{0.5 * d:g}–{1.5 * d:g} s"
    expect.true("delay", not outside, expected=wanted, got=outside, failures=failures)


def spread(delays: list[float]) -> None:
    # In tenths of a second: what a clock adds between two readings is no jitter.
    distinct = len({round(delay, 1) for delay in delays})
    got = {"distinct": distinct, "delays": [round(d, 1) for d in delays]}
    expect.true("jitter", distinct >= 5, expected="≥ 5", got=got)


async def test_delays_double(alice: Client, admin: Client, db: Database) -> None:
    """The delay after failure n lies within half and one and a half of base · 2ⁿ⁻¹."""
    queue = unique("double")
    ids = await some_jobs(alice, 8, queue=queue)

    for failures in range(1, 5):
        within(await fail_all(admin, db, queue, 8), failures)
        await make_due(db, *ids)


async def test_delays_are_jittered(alice: Client, admin: Client, db: Database) -> None:
    """Of ten delays after a first failure at least five differ."""
    queue = unique("jitter")
    await some_jobs(alice, 10, queue=queue)

    spread(await fail_all(admin, db, queue, 10))


async def test_delays_are_capped(
    alice: Client, admin: Client, db: Database, start: Start
) -> None:
    """The delay stops growing at its cap, and is jittered there too."""
    queue = unique("cap")
    ids = await some_jobs(alice, 10, queue=queue, max_attempts=25)
    await db.execute("UPDATE jobs SET attempt = 9 WHERE id::text = ANY(%s)", ids)

    delays = await fail_all(admin, db, queue, 10)

    within(delays, 10)
    spread(delays)
    # What holds where nothing is set: 2 s at first, 300 s at most.
    server = start(BACKOFF_BASE_S=None, BACKOFF_MAX_S=None)
    alice, admin, db = server.client("alice"), server.client("admin"), server.database
    ids = await some_jobs(alice, 8, queue=queue, max_attempts=25)
    within(await fail_all(admin, db, queue, 8), 1, 2, 300)
    await db.execute("UPDATE jobs SET attempt = 19 WHERE id::text = ANY(%s)", ids)
    await make_due(db, *ids)
    within(await fail_all(admin, db, queue, 8), 20, 2, 300)


async def test_failed_job_waits_then_dies(
    alice: Client, admin: Client, db: Database
) -> None:
    """A failed job is not leased before its time, and dead when no attempt is left."""
    queue = unique("dies")
    job_id = (await a_job(alice, queue=queue, max_attempts=2))["id"]

    once = await failed(admin, await leased(admin, queue), error="first")
    expect.fields(once, id=job_id, state="queued", attempt=1, finished_at=None)
    expect.fields(await shown(alice, job_id), state="queued", attempt=1)
    expect.listed(await drained(admin, queue), [], "id")
    await make_due(db, job_id)
    last = await leased(admin, queue)
    twice = await failed(admin, last, error="second")

    expect.fields(twice, state="dead", attempt=2, error="second")
    found = await shown(alice, job_id)
    expect.fields(found, state="dead", error="second", lease_expires_at=None)
    expect.true("set", found["finished_at"], field="finished_at")
    await is_over(admin, last)
    await make_due(db, job_id)
    expect.listed(await drained(admin, queue), [], "id")
    attempts = await trail(alice, job_id)
    expect.equal("outcomes", [a["outcome"] for a in attempts], ["failed"] * 2)
    expect.equal("errors", [a["error"] for a in attempts], ["first", "second"])


async def test_rules_of_failing(
    alice: Client, admin: Client, anonymous: Client
) -> None:
    """With `retryable` false a job is dead at once; `fail` is guarded by its token."""
    queue = unique("hopeless")
    job_id = (await a_job(alice, queue=queue))["id"]
    item = await leased(admin, queue)

    expect.problem(await post_lease(anonymous, "fail", item, error="x"), 401)
    expect.problem(await post_lease(alice, "fail", item, error="x"), 403, "forbidden")
    for error in ("", "x" * 2001):
        expect.status(await post_lease(admin, "fail", item, error=error), 422)
    wrong = {"lease_token": "no-token", "error": "x"}
    refused = await admin.post(f"/v1/jobs/{job_id}/fail", json=wrong)
    expect.problem(refused, 409, "lease_lost")
    right = {**wrong, "lease_token": item["lease_token"]}
    for unknown in nobodys(job_id):
        reply = await admin.post(f"/v1/jobs/{unknown}/fail", json=right)
        expect.problem(reply, 404, "not_found")
    error = "坏" * 2000
    found = await failed(admin, item, error=error, retryable=False)

    expect.fields(found, state="dead", attempt=1, error=error)
    done = await shown(alice, job_id)
    expect.fields(done, state="dead", error=error)
    await is_over(admin, item)


async def is_over(worker: Client, item: Fields) -> None:
    """The job is finished, but not by `complete`: its last token does nothing."""
    done = await shown(worker, item["job"]["id"])
    for what in ("complete", "heartbeat"):
        late = await post_lease(worker, what, item)
        expect.problem(late, 409, "lease_lost")
    expect.fields(await shown(worker, item["job"]["id"]), **dict(done))


async def test_manual_retry(
    alice: Client, admin: Client, anonymous: Client, db: Database
) -> None:
    """An admin revives dead and cancelled jobs, with all attempts, and no others."""
    queue = unique("revive")
    dead, cancelled, waiting = await some_jobs(alice, 3, queue=queue, max_attempts=1)
    await db.execute(
        # Of a job that was handed in with a delay: the retry does not wait for it.
        "UPDATE jobs SET state = 'cancelled', cancel_requested = true, error = 'old',"
        " run_at = clock_timestamp() + interval '1 hour',"
        " finished_at = clock_timestamp() WHERE id::text = %s",
        cancelled,
    )
    await failed(admin, await leased(admin, queue))
    path = "/v1/jobs/{}/retry"

    expect.problem(await anonymous.post(path.format(dead)), 401)
    refused = await alice.post(path.format(dead))
    expect.problem(refused, 403, "forbidden")
    for unknown in nobodys(dead):
        reply = await admin.post(path.format(unknown))
        expect.problem(reply, 404, "not_found")
    for job_id in (dead, cancelled):
        reply = await admin.post(path.format(job_id))
        expect.status(reply, 200)
        for found in (body(reply), await shown(alice, job_id)):
            expect.fields(found, state="queued", attempt=0, error=None)
            expect.fields(found, finished_at=None, cancel_requested=False)
    early = await admin.post(path.format(waiting))
    expect.problem(early, 409, "not_retryable")

    found_ids = await drained(admin, queue)
    expect.listed(sorted(found_ids), sorted([dead, cancelled, waiting]), "id")
    running = await admin.post(path.format(dead))
    expect.problem(running, 409, "not_retryable")


async def test_trail_goes_on(alice: Client, admin: Client) -> None:
    """A revived job starts again at attempt 1, and its trail at the next number."""
    queue = unique("trail")
    job_id = (await a_job(alice, queue=queue, max_attempts=1))["id"]
    await failed(admin, await leased(admin, queue, worker_id="w-1"), error="!")
    require(await admin.post(f"/v1/jobs/{job_id}/retry"), 200, stage=5)

    item = await leased(admin, queue, worker_id="w-2")

    expect.fields(item["job"], id=job_id, attempt=1)
    expect.status(await post_lease(admin, "complete", item), 200)
    attempts = await trail(alice, job_id)
    expect.equal("numbers", [a["attempt"] for a in attempts], [1, 2])
    outcomes = [a["outcome"] for a in attempts]
    expect.equal("outcomes", outcomes, ["failed", "succeeded"])
    again = await admin.post(f"/v1/jobs/{job_id}/retry")
    expect.problem(again, 409, "not_retryable")


async def test_retry_respects_unique_keys(
    alice: Client, admin: Client, db: Database
) -> None:
    """A job whose unique key another one holds by now is not revived: 409."""
    queue, key = unique("taken"), unique("key")
    sent = job(queue=queue, unique_key=key)

    async def a_dead_one() -> str:
        made = require(await alice.post("/v1/jobs", json=sent), 202, stage=7)
        await failed(admin, await leased(admin, queue), retryable=False)
        return f"/v1/jobs/{made['id']}"

    paths = [await a_dead_one() for _ in range(2)]

    # Both at once: the first one holds the key then.
    replies = await db.race([admin.post(f"{path}/retry") for path in paths], "jobs")
    expect.statuses(replies, 200, 409)
    for path, reply in zip(paths, replies, strict=True):
        found = require(await alice.get(path), 200, stage=1)
        if reply.status_code == 409:
            expect.problem(reply, 409, "unique_key_taken")
            expect.fields(found, state="dead")
        else:
            expect.fields(found, state="queued")
    # Once more while the other one runs.
    await leased(admin, queue)
    (loser,) = (p for p, r in zip(paths, replies, strict=True) if r.status_code == 409)
    again = await admin.post(f"{loser}/retry")
    expect.problem(again, 409, "unique_key_taken")
