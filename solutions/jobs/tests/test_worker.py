"""The embedded worker, on a database of its own: it takes from every queue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Engine

from jobs.tests.conftest import migrate

Call = Callable[..., Awaitable[Any]]
Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]
NewDatabase = Callable[[], AbstractContextManager[Engine]]


QUICK = {"worker_concurrency": 2, "poll_s": 0.05, "backoff_base_s": 0.01}


@pytest.fixture(scope="module")
async def worker(serve: Serve, new_database: NewDatabase) -> AsyncIterator[AsyncClient]:
    """An app whose worker beats several times a second."""
    with new_database() as engine:
        migrate(engine)
        url = engine.url.render_as_string(hide_password=False)
        async with serve(url=url, lease_s=0.6, **QUICK) as client:
            yield client


async def hand_in(client: AsyncClient, kind: str, **fields: Any) -> str:
    data = {"kind": kind, "payload": {}} | fields
    return str((await client.post("/v1/jobs", json=data)).json()["id"])


async def state_of(client: AsyncClient, job_id: str) -> str:
    return str((await client.get(f"/v1/jobs/{job_id}")).json()["state"])


async def reaches(client: AsyncClient, until: Call, job_id: str, *states: str) -> str:
    """The first of these states that the job comes to."""

    async def look() -> str | None:
        found = await state_of(client, job_id)
        return found if found in states else None

    return str(await until(look))


async def test_handlers_run_and_may_fail(worker: AsyncClient, until: Call) -> None:
    ids = [
        await hand_in(worker, "raise_exit", max_attempts=1),
        await hand_in(worker, "fail_n", payload={"times": 1}),
        await hand_in(worker, "echo", payload={"say": "hello"}),
    ]

    ends = [await reaches(worker, until, i, "dead", "succeeded") for i in ids]

    assert ends == ["dead", "succeeded", "succeeded"]
    unknown = await hand_in(worker, "nobody.knows")
    assert await state_of(worker, unknown) == "queued"


async def test_blocking_handler_blocks_nobody(worker: AsyncClient, until: Call) -> None:
    job_id = await hand_in(worker, "block", payload={"seconds": 0.8})
    await reaches(worker, until, job_id, "running")

    for _ in range(3):
        assert (await worker.get("/healthz")).status_code == 200
        await asyncio.sleep(0.03)

    assert await state_of(worker, job_id) == "running"
    # Longer than a lease: the heartbeats kept it.
    assert await reaches(worker, until, job_id, "queued", "succeeded") == "succeeded"
    assert (await worker.get(f"/v1/jobs/{job_id}")).json()["attempt"] == 1


async def test_cancel_reaches_a_running_handler(
    worker: AsyncClient, until: Call
) -> None:
    job_id = await hand_in(worker, "sleep", payload={"seconds": 60})
    await reaches(worker, until, job_id, "running")

    await worker.post(f"/v1/jobs/{job_id}/cancel")

    await reaches(worker, until, job_id, "cancelled")


async def test_shutdown_gives_jobs_back(
    serve: Serve, new_database: NewDatabase, until: Call
) -> None:
    with new_database() as engine:
        migrate(engine)
        url = engine.url.render_as_string(hide_password=False)
        async with serve(url=url, shutdown_grace_s=0.01, **QUICK) as client:
            job_id = await hand_in(client, "sleep", payload={"seconds": 60})
            await reaches(client, until, job_id, "running")

        async with serve(url=url) as client:
            job = (await client.get(f"/v1/jobs/{job_id}")).json()
        assert (job["state"], job["attempt"]) == ("queued", 0)
