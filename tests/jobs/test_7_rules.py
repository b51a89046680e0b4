"""Stage 7: delay, priority, uniqueness, cancel and pause."""

import asyncio
import time

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    CROWD,
    SLACK,
    a_job,
    drained,
    ended,
    failed,
    inserted,
    job,
    keeps_secret,
    lease,
    leased,
    moment,
    nobodys,
    post_lease,
    shown,
    silence,
    some_jobs,
    taken_back,
    trail,
    unique,
)

# The longest one is never waited for.
DELAY, MONTH = 0.8, 2_592_000
# How far two readings of one clock may be apart.
CLOCK = 0.02


async def test_delayed_job_waits(alice: Client, admin: Client) -> None:
    """A delayed job is never leased before its `run_at`, and soon after it."""
    queue = unique("later")
    made = await a_job(alice, queue=queue, delay_s=DELAY)
    job_id, due = made["id"], moment(made["run_at"])
    month = await a_job(alice, queue=queue, delay_s=MONTH)
    for found, wanted in ((made, DELAY), (month, MONTH)):
        delay = moment(found["run_at"]) - moment(found["created_at"])
        got = delay.total_seconds()
        right = abs(got - wanted) < 0.5
        expect.true("delay_s", right, expected=f"{wanted:g} s", got=f"{got:.2f} s")

    items: list[Fields] = []
    while not items:
        asked = time.time()
        items = await lease(admin, queue)
        answered = time.time()
        missed = not items and asked > due.timestamp() + SLACK
        expect.true("comes_when_due", not missed, expected=f"≤ {SLACK:g} s")
        await asyncio.sleep(0.03)

    early = f"{due.timestamp() - answered:.2f} s"
    expect.true("not_before", answered >= due.timestamp() - CLOCK, got=early)
    expect.fields(items[0]["job"], id=job_id, attempt=1)


async def test_priority(alice: Client, admin: Client, db: Database) -> None:
    """Larger priorities come first, then earlier `run_at`, then who came first."""
    queue = unique("order")
    ids = {}
    for name, priority in (
        ("d", 0),
        ("e", 0),
        ("b", 7),
        ("f", -100),
        ("a", 100),
        ("c", 7),
    ):
        ids[name] = (await a_job(alice, queue=queue, priority=priority))["id"]

    found = await drained(admin, queue)

    expect.listed(found, [ids[name] for name in "abcdef"], "id")
    batch = await some_jobs(alice, 4, queue=queue)
    urgent = (await a_job(alice, queue=queue, priority=1))["id"]
    # The last one has been due for an hour.
    *others, early = batch
    hour = "run_at = run_at - interval '1 hour'"
    await db.execute(f"UPDATE jobs SET {hour} WHERE id::text = %s", early)
    items = await lease(admin, queue, max_jobs=5)
    order = [urgent, early, *others]
    expect.listed([item["job"]["id"] for item in items], order, "id")
    near = unique("order")
    last, first = [
        (await a_job(alice, queue=where, priority=priority))["id"]
        for where, priority in ((near, 1), (queue, 2))
    ]
    items = await lease(admin, near, queues=[near, queue], max_jobs=2)
    expect.listed([item["job"]["id"] for item in items], [first, last], "id")


async def test_unique_key(alice: Client, bob: Client, admin: Client) -> None:
    """A key holds while its job is queued or running; a duplicate answers 200."""
    queue, key = unique("once"), unique("key")
    first = await a_job(alice, queue=queue, unique_key=key)
    expect.fields(first, deduplicated=False, unique_key=key)

    async def again(**fields: object) -> httpx.Response:
        sent = job(unique_key=key, **fields)
        reply = await bob.post("/v1/jobs", json=sent)
        expect.status(reply, 200)
        expect.fields(body(reply), id=first["id"], deduplicated=True)
        return reply

    # What is nearly that key is another one.
    for near in (key.upper(), f" {key}", f"{key} "):
        other = await a_job(alice, 7, queue=unique("near"), unique_key=near)
        expect.fields(other, deduplicated=False, unique_key=near)
    while_queued = await again(queue=unique("another"), payload={"other": 1})
    expect.fields(body(while_queued), payload={})
    item = await leased(admin, queue)
    while_running = await again(queue=queue)
    expect.fields(body(while_running), state="running")
    keeps_secret(item, while_running)
    expect.status(await post_lease(admin, "complete", item), 200)
    # However its job ended, the key is free.
    known = {first["id"]}
    for end in ("cancelled", "dead", None):
        fresh = await a_job(alice, stage=7, queue=queue, unique_key=key)
        expect.true("new_job", fresh["id"] not in known, got=fresh["id"])
        known.add(fresh["id"])
        if end == "cancelled":
            expect.status(await bob.post(f"/v1/jobs/{fresh['id']}/cancel"), 200)
        elif end == "dead":
            await failed(admin, await leased(admin, queue), retryable=False)
    expect.listed(await drained(admin, queue), [fresh["id"]], "id")


async def test_unique_twins(alice: Client, db: Database) -> None:
    """Of two jobs with one new key at once, one is 202, the other 200, and one is."""
    key = unique("twins")
    calls = [alice.post("/v1/jobs", json=job(unique_key=key)) for _ in range(2)]

    replies = await db.race(calls, "jobs")

    expect.statuses(replies, 200, 202)
    expect.equal(
        "rows", await db.count("jobs", "unique_key = %s", key), 1, table="jobs"
    )
    expect.equal("same_job", len({body(reply)["id"] for reply in replies}), 1)


async def test_cancel_queued(
    alice: Client, bob: Client, admin: Client, anonymous: Client, db: Database
) -> None:
    """A queued job is cancelled at once and never leased; a finished one is 409."""
    queue = unique("cancel")
    job_id, other, dead = await some_jobs(alice, 3, queue=queue)
    path = f"/v1/jobs/{job_id}/cancel"
    expect.problem(await anonymous.post(path), 401)
    for unknown in nobodys(job_id):
        reply = await alice.post(f"/v1/jobs/{unknown}/cancel")
        expect.problem(reply, 404, "not_found")

    reply = await bob.post(path)

    expect.status(reply, 200)
    expect.fields(body(reply), id=job_id, state="cancelled")
    found = await shown(alice, job_id)
    expect.fields(found, state="cancelled")
    expect.true("set", found["finished_at"], field="finished_at")
    item = await leased(admin, queue)
    expect.fields(item["job"], id=other)
    require(await post_lease(admin, "complete", item), 200, stage=3)
    await failed(admin, await leased(admin, queue), retryable=False)
    for over, state in ((job_id, "cancelled"), (other, "succeeded"), (dead, "dead")):
        before = await shown(alice, over)
        late = await alice.post(f"/v1/jobs/{over}/cancel")
        expect.problem(late, 409, "job_finished")
        expect.fields(before, state=state)
        expect.fields(await shown(alice, over), **dict(before))
    await cancel_meets_lease(alice, admin, db)


async def cancel_meets_lease(alice: Client, admin: Client, db: Database) -> None:
    """A lease that has begun is not seen yet: the cancel waits for it, or is first."""
    queue = unique("meets")
    job_id = (await a_job(alice, queue=queue))["id"]

    async with db.hold("job_attempts") as gate:
        leasing = asyncio.create_task(lease(admin, queue))
        await gate.waiting(1, [leasing])
        path = f"/v1/jobs/{job_id}/cancel"
        cancelling = asyncio.create_task(alice.post(path))
        await gate.waiting(2, [leasing, cancelling])
    items, reply = await asyncio.gather(leasing, cancelling)

    expect.status(reply, 202 if items else 200)
    state = "running" if items else "cancelled"
    expect.fields(await shown(alice, job_id), state=state)
    for item in items:
        expect.status(await post_lease(admin, "complete", item), 200)


async def test_cancel_running(alice: Client, admin: Client, db: Database) -> None:
    """A running job is flagged: `complete` succeeds, `fail` and silence cancel it."""
    queue = unique("flag")
    ids = await some_jobs(alice, 4, queue=queue)
    # The last two are at their last attempt.
    ids += await some_jobs(alice, 2, queue=queue, max_attempts=1)
    items = await lease(admin, queue, max_jobs=6)
    expect.equal("lease_size", len(items), 6)
    for job_id, item in zip(ids, items, strict=True):
        # Who cancels twice may not have seen the first answer.
        for _ in range(2):
            reply = await alice.post(f"/v1/jobs/{job_id}/cancel")
            expect.status(reply, 202)
            expect.fields(body(reply), state="running", cancel_requested=True)
            keeps_secret(item, reply)
        beat = require(await post_lease(admin, "heartbeat", item), 200, stage=4)
        expect.fields(beat, cancel_requested=True)
    completed, silent, _, hopeless, _, silent_last = ids

    expect.status(await post_lease(admin, "complete", items[0]), 200)
    expect.fields(await shown(alice, completed), state="succeeded")
    for job_id, item in list(zip(ids, items, strict=True))[2:5]:
        found = await failed(admin, item, retryable=job_id != hopeless)
        expect.fields(found, state="cancelled", error="it broke")
        (attempt,) = await trail(alice, job_id)
        expect.fields(attempt, outcome="failed", error="it broke")
        for what in ("complete", "heartbeat"):
            late = await post_lease(admin, what, item)
            expect.problem(late, 409, "lease_lost")
        expect.fields(await shown(alice, job_id), state="cancelled", attempt=1)
    await silence(db, silent, silent_last)
    for over in await taken_back(admin, queue, silent, silent_last):
        expect.fields(over, state="cancelled")


async def test_paused_queue(start: Start) -> None:
    """Nobody leases from a paused queue, the embedded worker neither, until resumed."""
    server = start(WORKER_CONCURRENCY="2", POLL_S="0.1")
    alice, admin, db = server.client("alice"), server.client("admin"), server.database
    queue, other = unique("paused"), unique("open")
    await begun_before(alice, admin, db)
    for what in ("pause", "resume"):
        nobody = await server.client().post(f"/v1/queues/{queue}/{what}")
        expect.problem(nobody, 401)
    refused = await alice.post(f"/v1/queues/{queue}/pause")
    expect.problem(refused, 403, "forbidden")
    for _ in range(2):
        reply = await admin.post(f"/v1/queues/{queue}/pause")
        expect.status(reply, 200)
        expect.fields(body(reply), name=queue, paused=True)

    # As many as there may be: they are in nobody's way.
    crowded = unique("crowd")
    expect.status(await admin.post(f"/v1/queues/{crowded}/pause"), 200)
    await inserted(db, CROWD, "echo", queue=crowded)

    held = (await a_job(alice, queue=queue, kind="echo"))["id"]
    ours = (await a_job(alice, queue=queue))["id"]
    free = (await a_job(alice, queue=other, kind="echo"))["id"]

    expect.fields(await ended(alice, free), state="succeeded")
    expect.listed(await drained(admin, queue), [], "id")
    expect.fields(await shown(alice, held), state="queued")
    later = (await a_job(alice, queue=other))["id"]
    both = {"queues": [crowded, other]}
    expect.fields((await leased(admin, other, **both))["job"], id=later)
    refused = await alice.post(f"/v1/queues/{queue}/resume")
    expect.problem(refused, 403, "forbidden")
    reply = await admin.post(f"/v1/queues/{queue}/resume")
    expect.status(reply, 200)
    expect.fields(body(reply), name=queue, paused=False)
    expect.fields(await ended(alice, held), state="succeeded")
    expect.fields((await leased(admin, queue))["job"], id=ours)
    # Once more, and one that nobody has heard of.
    for name in (queue, unique("never")):
        reply = await admin.post(f"/v1/queues/{name}/resume")
        expect.status(reply, 200)
        expect.fields(body(reply), name=name, paused=False)


async def begun_before(alice: Client, admin: Client, db: Database) -> None:
    """Jobs that run when their queue is paused go on, or are missed when silent."""
    queue = unique("begun")
    await some_jobs(alice, 2, queue=queue, max_attempts=1)
    begun, silent = [await leased(admin, queue) for _ in range(2)]

    expect.status(await admin.post(f"/v1/queues/{queue}/pause"), 200)

    expect.status(await post_lease(admin, "complete", begun), 200)
    await silence(db, silent["job"]["id"])
    (lost,) = await taken_back(admin, queue, silent["job"]["id"])
    expect.fields(lost, state="dead", error="lease_expired")
