"""Lease calls that wait, and what they are to get meanwhile."""

import asyncio
import time

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from tests.jobs.helpers import a_job, ask, failed, leased, silence, unique

TRIES = 3
WAIT_S = 4


async def wakes(waiting: Client, sending: Client) -> None:
    """A lease call that waits at one process gets a job handed in at another."""
    late = 0.0
    for _ in range(TRIES):
        queue = unique("wake")
        call = asyncio.create_task(ask(waiting, queue, wait_s=WAIT_S))
        await asyncio.sleep(0.4)
        early = call.done()
        made = await a_job(sending, queue=queue)
        handed_in = time.monotonic()
        items = require(await call, 200, stage=3)["items"]
        late = time.monotonic() - handed_in
        expect.true("waits", not early, expected=f"{WAIT_S} s", got="answered at once")
        expect.listed([item["job"]["id"] for item in items], [made["id"]], "id")
        if late <= 1:
            return
    expect.fail("woken_late", expected="≤ 1 s", got=f"{late:.1f} s")


async def gets_what_comes_back(alice: Client, admin: Client) -> None:
    """A lease call that waits gets what becomes ready meanwhile, whatever made it so.

    It is retried, its queue goes on, or its time has come.
    """
    dead, paused, later = queues = [unique("ready") for _ in range(3)]
    ids = [(await a_job(alice, queue=queue))["id"] for queue in (dead, paused)]
    await failed(admin, await leased(admin, dead), retryable=False)
    require(await admin.post(f"/v1/queues/{paused}/pause"), 200, stage=7)
    ids.append((await a_job(alice, queue=later, delay_s=1))["id"])
    calls = [asyncio.create_task(ask(admin, q, wait_s=WAIT_S)) for q in queues]
    await asyncio.sleep(0.4)

    require(await admin.post(f"/v1/jobs/{ids[0]}/retry"), 200, stage=5)
    require(await admin.post(f"/v1/queues/{paused}/resume"), 200, stage=7)

    for job_id, call in zip(ids, calls, strict=True):
        items = require(await call, 200, stage=3)["items"]
        expect.listed([item["job"]["id"] for item in items], [job_id], "id")


async def gets_what_is_over(alice: Client, admin: Client, db: Database) -> None:
    """A lease call that waits takes back a lease itself; no other call does it."""
    queue = unique("over")
    job_id = (await a_job(alice, queue=queue))["id"]
    await leased(admin, queue)
    call = asyncio.create_task(ask(admin, queue, wait_s=WAIT_S))
    await asyncio.sleep(0.4)

    await silence(db, job_id)

    items = require(await call, 200, stage=3)["items"]
    expect.listed([item["job"]["id"] for item in items], [job_id], "id")
