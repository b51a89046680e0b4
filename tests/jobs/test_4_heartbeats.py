"""Stage 4: who is silent loses the job, and cannot spoil it when it comes back."""

import asyncio
import time
from itertools import product
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    SLACK,
    a_job,
    ask,
    holds,
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

# How far two readings of one clock may be apart.
CLOCK = 0.02


async def test_beating_job_stays_leased(start: Start) -> None:
    """A job with heartbeats is not leased again over three lease times."""
    for lease_s in (1.0, 3.0, 6.0):
        # Longer when the judge itself was too slow to keep a short lease.
        server = start(LEASE_S=str(lease_s))
        alice, admin = server.client("alice"), server.client("admin")
        if await keeps_lease(alice, admin, lease_s):
            return
    raise RuntimeError("this machine is too slow to send heartbeats in time")


async def keeps_lease(alice: Client, admin: Client, lease_s: float) -> bool:
    """False when the judge was late: then nothing can be said."""
    queue = unique("beat")
    await a_job(alice, queue=queue)
    sent = time.monotonic()
    item = await leased(admin, queue)
    expires, end = moment(item["lease_expires_at"]), sent + 3 * lease_s
    while time.monotonic() < end:
        stolen = await lease(admin, queue, worker_id="thief")
        beat_at = time.monotonic()
        reply = await post_lease(admin, "heartbeat", item)
        if time.monotonic() - sent > 0.9 * lease_s:
            return False
        expect.equal("stolen", len(stolen), 0)
        expect.status(reply, 200)
        later = moment(body(reply)["lease_expires_at"])
        expect.true("lease_extended", later > expires, got=f"{later} ≤ {expires}")
        sent, expires = beat_at, later
        await asyncio.sleep(0.15 * lease_s)
    expect.status(await post_lease(admin, "complete", item), 200)
    return True


async def test_silent_job_is_leased_again(start: Start) -> None:
    """Without heartbeats a job is leased again: not before its time, soon after it."""
    server = start(LEASE_S="1")
    alice, admin = server.client("alice"), server.client("admin")
    queue = unique("silent")
    job_id = (await a_job(alice, queue=queue))["id"]
    first = await leased(admin, queue, worker_id="first")
    expires = moment(first["lease_expires_at"]).timestamp()

    came = False
    while not came:
        # There is always something else to hand out, and room for both.
        await a_job(alice, queue=queue)
        asked = time.time()
        items = await lease(admin, queue, worker_id="second", max_jobs=50)
        answered = time.time()
        came = any(item["job"]["id"] == job_id for item in items)
        too_late = not came and asked > expires + 1 + SLACK
        expect.true("comes_back", not too_late, expected=f"≤ {1 + SLACK:g} s")
        await asyncio.sleep(0.04)

    found = await shown(alice, job_id)
    expect.fields(found, state="running", attempt=2, worker_id="second")
    # By the clock of the judge: what an app notes as the begin is its own affair.
    early = f"{expires - answered:.2f} s"
    expect.true("too_early", answered >= expires - CLOCK, got=early)
    old, new = await trail(alice, job_id)
    expect.fields(old, attempt=1, worker_id="first", outcome="lease_expired")
    expect.fields(new, attempt=2, worker_id="second", outcome=None)
    expect.true("set", old["finished_at"], field="finished_at")
    before = moment(old["started_at"])
    for begun in (found["started_at"], new["started_at"]):
        expect.true("started_at", moment(begun) > before, got=begun)


# As of a worker that has been silent for a while.
NEARLY_OVER = """
    UPDATE jobs SET lease_expires_at = clock_timestamp() + interval '10 seconds'
    WHERE id::text = %s
"""


async def test_heartbeat(
    alice: Client, admin: Client, anonymous: Client, db: Database
) -> None:
    """A heartbeat stores progress; it is 403 for users, 404 for unknown jobs."""
    queue = unique("progress")
    job_id = (await a_job(alice, queue=queue))["id"]
    item = await leased(admin, queue)

    for progress in (100, 0, 40):
        await db.execute(NEARLY_OVER, job_id)
        reply = await post_lease(admin, "heartbeat", item, progress=progress)

        expect.status(reply, 200)
        expect.fields(body(reply), cancel_requested=False)
        expect.absent(body(reply), "lease_token")
        found = await shown(alice, job_id)
        expect.fields(found, state="running", progress=progress)
        await holds(db, body(reply)["lease_expires_at"], found["lease_expires_at"])
    await db.execute(NEARLY_OVER, job_id)
    expect.status(await post_lease(admin, "heartbeat", item), 200)
    found = await shown(alice, job_id)
    expect.fields(found, progress=40)
    await holds(db, found["lease_expires_at"])
    expect.problem(await post_lease(anonymous, "heartbeat", item), 401)
    expect.problem(await post_lease(alice, "heartbeat", item), 403, "forbidden")
    for bad in (-1, 101, 0.5):
        beat = await post_lease(admin, "heartbeat", item, progress=bad)
        expect.status(beat, 422)
    sent = {"lease_token": item["lease_token"]}
    for unknown in nobodys(job_id):
        reply = await admin.post(f"/v1/jobs/{unknown}/heartbeat", json=sent)
        expect.problem(reply, 404, "not_found")


async def test_stale_token(alice: Client, admin: Client, db: Database) -> None:
    """After another lease the old token is 409 on all calls, of the same worker too."""
    queue = unique("stale")
    job_id = (await a_job(alice, queue=queue))["id"]
    old = await leased(admin, queue, worker_id="same")
    await silence(db, job_id)
    new = await leased(admin, queue, worker_id="same")
    before = await shown(alice, job_id)

    calls: dict[str, dict[str, Any]] = {
        "heartbeat": {"progress": 99},
        "complete": {"result": "stale"},
        "fail": {"error": "stale"},
    }
    for what, fields in calls.items():
        reply = await post_lease(admin, what, old, **fields)
        # An answer that is not written yet is somebody else's business.
        expect.status(reply, 409)
        expect.problem(reply, 409, "lease_lost")
        keeps_secret(new, reply)
    expect.fields(await shown(alice, job_id), **dict(before))
    expect.true("tokens_differ", old["lease_token"] != new["lease_token"], expected=2)

    expect.status(await post_lease(admin, "complete", new, result="fresh"), 200)
    del calls["complete"]  # Once more with its token, it is 200.
    done = await shown(alice, job_id)
    expect.fields(done, state="succeeded", result="fresh", lease_expires_at=None)
    late = await post_lease(admin, "complete", old, result="stale")
    expect.problem(late, 409, "lease_lost")
    for item, (what, fields) in product((old, new), calls.items()):
        reply = await post_lease(admin, what, item, **fields)
        expect.problem(reply, 409, "lease_lost")
    expect.fields(await shown(alice, job_id), **dict(done))


async def test_poison_job_dies(alice: Client, admin: Client, db: Database) -> None:
    """A job that kills its workers is leased `max_attempts` times, then it is dead."""
    queue, kind = unique("poison"), "another.kind"
    once = await some_jobs(alice, 2, queue=queue, max_attempts=1)
    expect.equal("lease_size", len(await lease(admin, queue, max_jobs=2)), 2)
    job_id = (await a_job(alice, queue=queue, max_attempts=3))["id"]
    for number in range(1, 4):
        item = await leased(admin, queue)
        expect.fields(item["job"], id=job_id, attempt=number)
        await silence(db, job_id)

    # As if its first attempt had failed, and told why.
    older = "UPDATE jobs SET error = 'it broke' WHERE id::text = ANY(%s)"
    await db.execute(older, [job_id, once[0]])
    await silence(db, *once)
    # All in one call, whatever kinds are asked for, although it finds another job.
    await a_job(alice, queue=queue, kind=kind)
    found, *others = await taken_back(
        admin,
        queue,
        job_id,
        *once,
        gets=1,
        queues=[unique("else"), queue],
        kinds=[kind],
    )
    expect.fields(found, state="dead", attempt=3, error="lease_expired")
    for other in others:
        expect.fields(other, state="dead", attempt=1, error="lease_expired")
    expect.true("set", found["finished_at"], field="finished_at")
    attempts = await trail(alice, job_id)
    outcomes = [attempt["outcome"] for attempt in attempts]
    expect.equal("outcomes", outcomes, ["lease_expired"] * 3)
    for attempt in attempts:
        expect.true("set", attempt["finished_at"], field="finished_at")
    for what in ("heartbeat", "complete"):
        late = await post_lease(admin, what, item)
        expect.problem(late, 409, "lease_lost")
    expect.fields(await shown(alice, job_id), **dict(found))
    expect.status(await ask(admin, queue), 200)
