"""The jobs API of problem 3 on Procrastinate: its tables and workers, not ours.

What moves: leases, retries and waking up are the library's. What goes: results, which
it does not store, and fencing tokens. Run: DATABASE_URL=postgresql://… uvicorn
--factory procrastinate_queue:create_app
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from fastapi import FastAPI, HTTPException, Response
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from pydantic import BaseModel, Field

# Procrastinate's words for what problem 3 calls a state.
STATES = {"todo": "queued", "doing": "running", "failed": "dead"}


class JobIn(BaseModel):
    kind: str
    payload: dict[str, Any]
    queue: str = "default"
    priority: int = Field(default=0, ge=-100, le=100)
    delay_s: int = Field(default=0, ge=0)
    unique_key: str | None = None


def make_queue(database_url: str) -> App:
    """The tasks, by kind, and where they wait."""
    queue = App(connector=PsycopgConnector(conninfo=database_url))
    # No jitter: for that one writes a strategy of one's own.
    retry = RetryStrategy(max_attempts=4, exponential_wait=2)

    @queue.task(name="echo", retry=retry)
    async def echo(payload: dict[str, Any]) -> None:
        print(payload)

    @queue.task(name="fail_n", retry=RetryStrategy(max_attempts=4), pass_context=True)
    async def fail_n(context: JobContext, payload: dict[str, Any]) -> None:
        if context.job.attempts < payload["times"]:
            raise RuntimeError("as it was asked to")

    return queue


def create_app(database_url: str = "", concurrency: int = 4) -> FastAPI:
    url = database_url or os.environ["DATABASE_URL"]
    queue = make_queue(url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with queue.open_async():
            # Its signal handlers would take uvicorn's place.
            working = asyncio.create_task(
                queue.run_worker_async(
                    concurrency=concurrency,
                    # New jobs are notified; those that come back are polled for.
                    fetch_job_polling_interval=0.5,
                    install_signal_handlers=False,
                )
            )
            yield
            # The worker stops in good order: what runs is finished first.
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    app = FastAPI(title="Jobs on Procrastinate", lifespan=lifespan)

    @app.post("/v1/jobs", status_code=202)
    async def hand_in(data: JobIn, response: Response) -> dict[str, Any]:
        if data.kind not in queue.tasks:
            raise HTTPException(422, "no such kind")
        # The job belongs to this transaction, with whatever else is written in it.
        async with await psycopg.AsyncConnection.connect(url) as connection:
            task = queue.configure_task(
                data.kind,
                queue=data.queue,
                priority=data.priority,
                schedule_in={"seconds": data.delay_s},
                queueing_lock=data.unique_key,
                connection=connection,
            )
            try:
                job_id = await task.defer_async(payload=data.payload)
            except AlreadyEnqueued:
                # Only while it waits: a running job does not hold its queueing lock.
                response.status_code = 200
                await connection.rollback()
                job = await find(queueing_lock=data.unique_key, status="todo")
                return shown(job) | {"deduplicated": True}
        response.headers["Location"] = f"/v1/jobs/{job_id}"
        return shown(await find(id=job_id)) | {"deduplicated": False}

    @app.get("/v1/jobs/{job_id}")
    async def get_job(job_id: int) -> dict[str, Any]:
        return shown(await find(id=job_id))

    async def find(**wanted: Any) -> Job:
        for job in await queue.job_manager.list_jobs_async(**wanted):
            return job
        raise HTTPException(404, "no such job")

    return app


def shown(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "kind": job.task_name,
        "queue": job.queue,
        "payload": job.task_kwargs["payload"],
        "priority": job.priority,
        "state": STATES.get(str(job.status), job.status),
        "attempt": job.attempts,
        "unique_key": job.queueing_lock,
    }
