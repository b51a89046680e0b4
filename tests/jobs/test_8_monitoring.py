"""Stage 8: what the queue tells about itself, and how it wakes who waits."""

import asyncio
import re
import time
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    a_job,
    ask,
    ended,
    failed,
    inserted,
    lease,
    leased,
    post_lease,
    silence,
    some_jobs,
    taken_back,
    unique,
)
from tests.jobs.waits import gets_what_comes_back, gets_what_is_over, wakes

# By default; it is not set here.
POLL_S = 0.5
WATCHED_SECONDS = 2.5


async def queues(client: Client) -> dict[str, Fields]:
    reply = await client.get("/v1/queues")
    expect.status(reply, 200)
    return {found["name"]: found for found in body(reply)["items"]}


async def test_queue_statistics(start: Start) -> None:
    """Queues come by name with counts and the oldest job's age, in 3 statements."""
    server = start()
    alice, admin, db = server.client("alice"), server.client("admin"), server.database
    await some_states(alice, admin, db)

    found = await queues(alice)
    expect.problem(await server.client().get("/v1/queues"), 401)

    expect.listed(list(found), sorted(found), "name")
    wanted = {"a-paused", "b-busy", "c-later", "d-held", "e-resumed", "f-done"}
    missing = wanted - found.keys()
    expect.true("queues_listed", not missing, expected="6", got=sorted(found))
    counts = {"queued": 1, "running": 2, "succeeded": 1, "dead": 1, "cancelled": 1}
    expect.fields(found["b-busy"], paused=False, counts=counts)
    nothing = dict.fromkeys(counts, 0)
    expect.fields(found["d-held"], paused=True, counts={**nothing, "queued": 2})
    for name in ("b-busy", "d-held"):
        oldest = found[name]["oldest_ready_age_s"]
        old = oldest is not None and 99 <= float(oldest) <= 160
        expect.true("age", old, expected="≈ 100", got=oldest)
    expect.fields(found["a-paused"], paused=True, counts=nothing)
    expect.fields(found["a-paused"], oldest_ready_age_s=None)
    expect.fields(found["c-later"], counts={**nothing, "queued": 1})
    expect.fields(found["c-later"], oldest_ready_age_s=None)
    expect.fields(found["e-resumed"], paused=False, counts=nothing)
    expect.fields(found["f-done"], paused=False, counts={**nothing, "succeeded": 1})
    expect.fields(found["f-done"], oldest_ready_age_s=None)
    for more in (0, 9):
        for _ in range(more):
            await inserted(db, 2, queue=unique("more"))
        sql = await db.fewest(lambda: queues(alice), 3)
        got = {"statements": sql.calls, "most": sql.most()}
        expect.true("sql_of_queues", sql.calls <= 3, expected="≤ 3", got=got)


async def some_states(alice: Client, admin: Client, db: Database) -> None:
    """One paused and empty, one with every state, one with a delay, one held.

    And one that is empty, not paused any more, and one with finished jobs alone.
    """
    resumed = "INSERT INTO queues (name, paused) VALUES (%s, false), (%s, false)"
    await db.execute(resumed, "b-busy", "e-resumed")
    await inserted(db, 1, queue="f-done", state="succeeded")
    for name in ("a-paused", "d-held"):
        require(await admin.post(f"/v1/queues/{name}/pause"), 200, stage=7)
    await a_job(alice, queue="d-held", priority=1)
    held = (await a_job(alice, queue="d-held"))["id"]
    await a_job(alice, queue="c-later", delay_s=1000)
    waiting = (await some_jobs(alice, 6, queue="b-busy"))[-1]
    items = await lease(admin, "b-busy", max_jobs=4)
    require(await post_lease(admin, "complete", items[0]), 200, stage=3)
    await failed(admin, items[1], retryable=False)
    require(await alice.post(f"/v1/jobs/{waiting}/cancel"), 200, stage=7)
    age = "run_at = clock_timestamp() - interval '100 seconds'"
    # The oldest one is neither the next one nor the first one handed in.
    old = "queue = 'b-busy' OR id::text = %s"
    await db.execute(f"UPDATE jobs SET {age} WHERE {old}", held)


SAMPLE = re.compile(r"^(\w+)\{(.*?)\} ([0-9.e+]+)$", re.M)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


async def metric(client: Client, name: str, label: str) -> dict[str, float]:
    """The values of a metric by one of its labels."""
    reply = await client.get("/metrics")
    expect.status(reply, 200)
    found: dict[str, float] = {}
    for sample, labels, value in SAMPLE.findall(reply.text):
        if sample == name:
            key = dict(LABEL.findall(labels)).get(label, "")
            found[key] = found.get(key, 0.0) + float(value)
    return found


async def test_metrics_of_jobs(start: Start) -> None:
    """`jobs_finished_total` and `queue_depth` follow what happens to jobs."""
    server = start(WORKER_CONCURRENCY="1", POLL_S="0.1")
    alice, admin, db = server.client("alice"), server.client("admin"), server.database
    queue, work = unique("metrics"), unique("metrics")
    before = await metric(alice, "jobs_finished_total", "outcome")

    ids = await some_jobs(alice, 7, queue=queue)
    items = await lease(admin, queue, max_jobs=4)
    for _ in range(2):
        require(await post_lease(admin, "complete", items[0]), 200, stage=3)
    await failed(admin, items[1], retryable=False)
    await failed(admin, items[2])
    for job_id, status in ((ids[3], 202), (ids[4], 200)):
        require(await alice.post(f"/v1/jobs/{job_id}/cancel"), status, stage=7)
    await failed(admin, items[3])
    silent = await some_jobs(alice, 3, queue=work, max_attempts=1)
    for _ in silent:
        await leased(admin, work)
    require(await alice.post(f"/v1/jobs/{silent[0]}/cancel"), 202, stage=7)
    # All at once: each is counted.
    await silence(db, *silent)
    await taken_back(admin, work, *silent)
    echo = await a_job(alice, queue=work, kind="echo")
    gone = await a_job(alice, queue=work, kind="raise_exit", max_attempts=1)
    for job_id in (echo["id"], gone["id"]):
        await ended(alice, job_id)

    after = await metric(alice, "jobs_finished_total", "outcome")
    grown = {k: v - before.get(k, 0) for k, v in after.items() if v > before.get(k, 0)}
    expect.equal(
        "jobs_finished", grown, {"succeeded": 2.0, "dead": 4.0, "cancelled": 3.0}
    )
    # Paused or not, they are queued.
    require(await admin.post(f"/v1/queues/{queue}/pause"), 200, stage=7)
    depth = await metric(alice, "queue_depth", "queue")
    expect.equal("queue_depth", depth.get(queue), 3.0)
    expect.equal("queue_depth", depth.get(work, 0.0), 0.0)
    await db.execute("UPDATE jobs SET state = 'cancelled' WHERE queue = %s", queue)
    depth = await metric(alice, "queue_depth", "queue")
    expect.equal("queue_depth", depth.get(queue, 0.0), 0.0)


async def test_log_of_jobs(start: Start) -> None:
    """Each attempt of the embedded worker is one line; a traceback has its `job_id`."""
    server = start(
        WORKER_CONCURRENCY="1", POLL_S="0.1", BACKOFF_BASE_S="0", BACKOFF_MAX_S="0"
    )
    alice = server.client("alice")
    once = (await a_job(alice, kind="fail_n", payload={"times": 1}))["id"]
    good = (await a_job(alice, kind="echo"))["id"]
    # In the event loop, in a thread, and with what is no `Exception`.
    raising: dict[str, dict[str, object]] = {
        "fail_n": {"times": 9},
        "block": {"seconds": "many"},
        "raise_exit": {},
    }
    bad = [
        (await a_job(alice, kind=kind, payload=payload, max_attempts=1))["id"]
        for kind, payload in raising.items()
    ]

    # The outcome is that of the attempt, or that of the job.
    for job_id in (good, *bad):
        outcomes = ["succeeded"] if job_id == good else ["failed", "dead"]
        await ended(alice, job_id)
        record = await server.log(event="job_finished", job_id=job_id)
        expect.true("job_logged", record, expected=job_id, got=server.lines()[-3:])
        told = Fields(record or {})
        expect.fields(told, attempt=1)
        said = told["outcome"]
        one_of = " | ".join(outcomes)
        right = said in outcomes
        expect.true("field", right, expected=one_of, got=said, field="outcome")
    # One that is tried again has a line for each attempt.
    await ended(alice, once)
    for attempt in (1, 2):
        record = await server.log(event="job_finished", job_id=once, attempt=attempt)
        expect.true("job_logged", record, expected=attempt, got=server.lines()[-3:])
    lines = [line.replace('":"', '": "') for line in server.lines()]
    for job_id in bad:
        traced = [
            line
            for line in lines
            if f'"job_id": "{job_id}"' in line and "Traceback" in line
        ]
        expect.true("job_traceback", traced, expected=job_id, got=lines[-3:])


async def test_waiting_lease_wakes(start: Start) -> None:
    """A lease call with `wait_s` returns within 1 s of a job, at whichever process."""
    one = start()
    two = start(one.database)
    admin, alice = one.client("admin"), two.client("alice")
    empty = asyncio.create_task(ask(admin, unique("empty"), wait_s=1))
    begun = time.monotonic()

    await asyncio.gather(wakes(admin, alice), gets_what_comes_back(alice, admin))
    expect.listed(require(await empty, 200, stage=3)["items"], [], "id")
    waited = time.monotonic() - begun
    expect.true("waits", waited >= 0.95, expected="1 s", got=f"{waited:.1f} s")
    await gets_what_is_over(alice, admin, one.database)
    await one.database.cut()
    await wakes(admin, alice)


async def test_waiting_holds_no_connection(start: Start) -> None:
    """While four lease calls wait, a pool of two still serves other requests."""
    server = start(DB_POOL_SIZE="2", DB_POOL_TIMEOUT_S="1")
    alice, admin = server.client("alice"), server.client("admin")
    queue = unique("hold")
    calls = [asyncio.create_task(ask(admin, queue, wait_s=3)) for _ in range(4)]
    await asyncio.sleep(0.3)

    reply = await alice.get("/v1/jobs")

    expect.status(reply, 200)
    made = await some_jobs(alice, 4, queue=queue)
    replies = await asyncio.gather(*calls)
    expect.statuses(replies, *[200] * 4)
    found = [item["job"]["id"] for reply in replies for item in body(reply)["items"]]
    expect.listed(sorted(found), sorted(made), "id")


async def test_idle_is_quiet(start: Start) -> None:
    """An idle worker and a call that waits poll, but do not spin."""
    working = start(WORKER_CONCURRENCY="2")
    waiting = start()
    admin = waiting.client("admin")
    await leased_once(admin)
    call = asyncio.create_task(ask(admin, unique("idle"), wait_s=WATCHED_SECONDS + 1))
    await asyncio.sleep(0.3)

    counted = await asyncio.gather(watched(working.database), watched(waiting.database))

    # Twice per POLL_S, and one more of each for where the window begins and ends.
    limit = 2 * WATCHED_SECONDS / POLL_S + 2
    for texts in counted:
        most = texts[0] if texts else ("", 0)
        expect.at_most("idle_statements", most[1], limit, statement=most[0][:120])
    require(await call, 200, stage=3)


async def leased_once(admin: Client) -> None:
    queue = unique("warm")
    await a_job(admin, queue=queue)
    await leased(admin, queue)


async def watched(db: Database) -> list[tuple[str, Any]]:
    """The statements that the app runs within a while, with their counts."""
    async with db.counting() as sql:
        await asyncio.sleep(WATCHED_SECONDS)
    return sql.texts
