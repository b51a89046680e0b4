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
Start = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture(scope="module")
async def start(
    serve: Start, new_database: Callable[[], AbstractContextManager[Engine]]
) -> AsyncIterator[Start]:
    """Start an app with a worker of two places."""
    with new_database() as engine:
        migrate(engine)
        url = engine.url.render_as_string(hide_password=False)

        def work(**options: Any) -> AbstractAsyncContextManager[AsyncClient]:
            quick = {"worker_concurrency": 2, "poll_s": 0.05, "backoff_base_s": 0.01}
            return serve(url=url, **{**quick, **options})

        yield work


async def hand_in(client: AsyncClient, kind: str, **fields: Any) -> str:
    data = {"kind": kind, "payload": {}} | fields
    return str((await client.post("/v1/jobs", json=data)).json()["id"])


async def state_of(client: AsyncClient, job_id: str) -> str:
    return str((await client.get(f"/v1/jobs/{job_id}")).json()["state"])


async def test_handlers_run_and_may_fail(start: Start, until: Call) -> None:
    async with start() as client:
        ids = [
            await hand_in(client, "raise_exit", max_attempts=1),
            await hand_in(client, "fail_n", payload={"times": 1}),
            await hand_in(client, "echo", payload={"say": "hello"}),
        ]

        async def states() -> Any:
            found = [await state_of(client, job_id) for job_id in ids]
            return found if not {"queued", "running"} & set(found) else None

        assert await until(states) == ["dead", "succeeded", "succeeded"]
        unknown = await hand_in(client, "nobody.knows")
        assert await state_of(client, unknown) == "queued"


async def test_blocking_handler_blocks_nobody(start: Start, until: Call) -> None:
    async with start() as client:
        job_id = await hand_in(client, "block", payload={"seconds": 0.4})

        async def running() -> bool:
            return await state_of(client, job_id) == "running"

        await until(running)
        for _ in range(3):
            assert (await client.get("/healthz")).status_code == 200
            await asyncio.sleep(0.03)
        assert await running()

        async def done() -> bool:
            return await state_of(client, job_id) == "succeeded"

        await until(done)


async def test_shutdown_gives_jobs_back(start: Start, until: Call) -> None:
    async with start(shutdown_grace_s=0.01) as client:
        long = await hand_in(client, "sleep", payload={"seconds": 60})

        async def running() -> bool:
            return await state_of(client, long) == "running"

        await until(running)
    async with start(worker_concurrency=0) as client:
        job = (await client.get(f"/v1/jobs/{long}")).json()
        assert (job["state"], job["attempt"]) == ("queued", 0)
        await client.post(f"/v1/jobs/{long}/cancel")


async def test_long_job_keeps_its_lease(start: Start, until: Call) -> None:
    async with start(lease_s=0.3) as client:
        job_id = await hand_in(client, "sleep", payload={"seconds": 0.7})

        async def done() -> bool:
            return await state_of(client, job_id) == "succeeded"

        await until(done)
        assert (await client.get(f"/v1/jobs/{job_id}")).json()["attempt"] == 1


async def test_cancel_reaches_a_running_handler(start: Start, until: Call) -> None:
    async with start(lease_s=0.3) as client:
        job_id = await hand_in(client, "sleep", payload={"seconds": 60})

        async def running() -> bool:
            return await state_of(client, job_id) == "running"

        await until(running)
        await client.post(f"/v1/jobs/{job_id}/cancel")

        async def cancelled() -> bool:
            return await state_of(client, job_id) == "cancelled"

        await until(cancelled)
