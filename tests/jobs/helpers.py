"""What the checks of the queue start from: jobs, leases, and waits with a deadline."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.checks.arrange import require
from grader.judge.database import Database

T = TypeVar("T")
# Generous: a busy machine must not decide. A correct app needs a fraction of it.
PATIENCE = 20.0
# Beyond the second of the statement, for a machine that is busy.
SLACK = 1.0
# A kind that no embedded worker knows.
KIND = "test.work"
# No names of kinds or queues.
NO_NAMES = ("", "a" * 65, "Upper", "9a", "two words", "队列", "end\n")
# So many jobs may stand before the one that is wanted: it is found all the same.
CROWD = 1100
# About 63,000 and 69,000 bytes in UTF-8, and a third of that in characters.
CHINESE, TOO_MUCH_CHINESE = "文" * 21_000, "文" * 23_000
FINAL = ("succeeded", "dead", "cancelled")
_numbers = itertools.count(1)


def unique(word: str) -> str:
    """A name, of a queue say, that no other check uses."""
    return f"{word}-{next(_numbers)}"


def job(**fields: Any) -> dict[str, Any]:
    """The body of a request that hands in a job."""
    return {"kind": KIND, "payload": {}, **fields}


def each(name: str, *values: object) -> list[dict[str, Any]]:
    """A field with each of its values, alone."""
    return [{name: value} for value in values]


async def a_job(client: Client, stage: int = 1, **fields: Any) -> Fields:
    """A new job; `stage` teaches what is special about it."""
    reply = await client.post("/v1/jobs", json=job(**fields))
    made = require(reply, 202, stage=stage)
    assert isinstance(made, Fields)
    return made


async def some_jobs(client: Client, count: int, **fields: Any) -> list[str]:
    """The ids of several new jobs, handed in one after the other."""
    return [(await a_job(client, **fields))["id"] for _ in range(count)]


async def shown(client: Client, job_id: str) -> Fields:
    found = require(await client.get(f"/v1/jobs/{job_id}"), 200, stage=1)
    assert isinstance(found, Fields)
    return found


def nobodys(job_id: str) -> tuple[str, ...]:
    """Ids that no job has; one begins as this job's does."""
    return "999999999", "no-such-job", f"{job_id}x"


async def trail(client: Client, job_id: str) -> list[Fields]:
    reply = await client.get(f"/v1/jobs/{job_id}/attempts")
    return list(require(reply, 200, stage=3)["items"])


async def ask(worker: Client, queue: str, **fields: Any) -> httpx.Response:
    """The answer to a lease call."""
    sent = {"worker_id": "worker", "queues": [queue], **fields}
    return await worker.post("/v1/leases", json=sent)


async def lease(worker: Client, queue: str, **fields: Any) -> list[Fields]:
    """What a lease call hands out."""
    return list(require(await ask(worker, queue, **fields), 200, stage=3)["items"])


async def leased(worker: Client, queue: str, **fields: Any) -> Fields:
    """One lease; asked for until it comes: a job may still have to come back."""

    async def one() -> list[Fields]:
        return await lease(worker, queue, **fields)

    return (await until(one, patience=5))[0]


async def drained(worker: Client, queue: str, **fields: Any) -> list[str]:
    """The ids of all jobs that come out until nothing comes, in their order."""
    found: list[str] = []
    for _ in range(50):
        items = await lease(worker, queue, **fields)
        if not items:
            break
        found += [item["job"]["id"] for item in items]
    return found


async def post_lease(
    worker: Client, what: str, item: Fields, **fields: Any
) -> httpx.Response:
    """A worker's heartbeat, complete or fail for a lease."""
    sent = {"lease_token": item["lease_token"], **fields}
    return await worker.post(f"/v1/jobs/{item['job']['id']}/{what}", json=sent)


async def holds(db: Database, *times: object) -> None:
    """Each of them, the end of a lease, is LEASE_S from now, by default."""
    for ends in times:
        left = await db.value(
            "SELECT extract(epoch FROM %s::timestamptz - clock_timestamp())", str(ends)
        )
        expect.true("lease_s", 15 < left <= 30.5, expected="≈ 30 s", got=float(left))


def keeps_secret(item: Fields, *replies: httpx.Response) -> None:
    """None of the answers shows the token of the lease, wherever."""
    for reply in replies:
        hidden = str(item["lease_token"]) not in reply.text
        expect.true("token_leaks", hidden, got=reply.text[:300], of=reply)


async def failed(worker: Client, item: Fields, **fields: Any) -> Fields:
    """The job after its attempt has failed."""
    reply = await post_lease(worker, "fail", item, **{"error": "it broke", **fields})
    found = require(reply, 200, stage=5)
    keeps_secret(item, reply)
    assert isinstance(found, Fields)
    return found


async def make_due(db: Database, *job_ids: str) -> None:
    """Set `run_at` back, so that nobody has to wait for it."""
    past = "run_at = clock_timestamp() - interval '1 second'"
    await db.execute(f"UPDATE jobs SET {past} WHERE id::text = ANY(%s)", list(job_ids))


async def silence(db: Database, *job_ids: str) -> None:
    """Let leases be over, as if their workers had been silent."""
    past = "lease_expires_at = clock_timestamp() - interval '1 second'"
    await db.execute(f"UPDATE jobs SET {past} WHERE id::text = ANY(%s)", list(job_ids))


async def taken_back(
    worker: Client, queue: str, *job_ids: str, gets: int = 0, **fields: Any
) -> list[Fields]:
    """Silent jobs after one lease call on their queue, which ends all of them.

    It leases none of them, but may get others: whoever is busy buries the dead, too.
    """

    async def look() -> list[Fields]:
        return [await shown(worker, job_id) for job_id in job_ids]

    async def over() -> bool:
        return all(found["state"] in FINAL for found in await look())

    items = await lease(worker, queue, **fields)
    expect.equal("lease_size", len(items), gets)
    got = {item["job"]["id"] for item in items}
    expect.listed(sorted(got & set(job_ids)), [], "id")
    await until(over, patience=1 + SLACK)
    return await look()


async def until(
    look: Callable[[], Awaitable[T]], patience: float = PATIENCE, pause: float = 0.03
) -> T:
    """What `look` returns once that is true, or at the deadline whatever it is."""
    deadline = time.monotonic() + patience
    while True:
        found = await look()
        if found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(pause)


async def ended(client: Client, job_id: str, patience: float = PATIENCE) -> Fields:
    """The job once it is in a final state, or as it is at the deadline."""

    async def look() -> bool:
        return (await shown(client, job_id))["state"] in FINAL

    await until(look, patience)
    return await shown(client, job_id)


async def running(db: Database, job_id: str) -> bool:
    """Wait until the job is running; False when it does not come to that."""

    async def look() -> bool:
        return bool(
            await db.count("jobs", "id::text = %s AND state = 'running'", job_id)
        )

    return await until(look)


def moment(text: object) -> datetime:
    """A time of an answer; ValueError, which fails the check, when it is none."""
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return found


INSERT = """
    INSERT INTO jobs (
        queue, kind, payload, priority, state, attempt, max_attempts, run_at,
        lease_token, lease_expires_at, worker_id, cancel_requested, unique_key,
        progress, result, error, created_at, started_at, finished_at)
    SELECT %s, %s, %s::jsonb, 0, %s, 0, 5, clock_timestamp() - interval '1 hour',
        NULL, NULL, NULL, false, NULL, NULL, NULL, NULL,
        clock_timestamp() - interval '1 hour', NULL,
        CASE WHEN %s = 'queued' THEN NULL ELSE clock_timestamp() END
    FROM generate_series(1, %s) RETURNING id::text
"""


async def inserted(
    db: Database,
    count: int,
    kind: str = KIND,
    payload: str = "{}",
    queue: str = "default",
    state: str = "queued",
) -> list[str]:
    """The ids of jobs that are all there at one moment, written past the app."""
    rows = await db.execute(INSERT, queue, kind, payload, state, state, count)
    return [str(row[0]) for row in rows]
