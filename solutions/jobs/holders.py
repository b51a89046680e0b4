"""What a worker may do to the job it holds: the token of its lease is the proof."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from given.errors import NotFound
from jobs.backoff import backoff
from jobs.errors import LeaseLost
from jobs.leases import end_attempts
from jobs.metrics import count_finished
from jobs.models import Job, clock
from jobs.settings import Settings
from jobs.wakeup import notify


async def lock_job(session: AsyncSession, job_id: int) -> tuple[Job, datetime]:
    """The job, which nobody else can change until the commit, and the time now."""
    job = await session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotFound
    # The statement that waits for the row could tell the time before the wait.
    now = await session.scalars(select(clock))
    return job, now.one()


def check_token(job: Job, token: str) -> None:
    """Raise LeaseLost if the token is not the newest one, or the job does not run.

    The worker's name would not do: the same worker can come back for its own job.
    """
    if job.state != "running" or job.lease_token != token:
        raise LeaseLost


async def heartbeat(
    session: AsyncSession,
    job_id: int,
    token: str,
    settings: Settings,
    progress: int | None = None,
) -> Job:
    job, now = await lock_job(session, job_id)
    check_token(job, token)
    job.lease_expires_at = now + timedelta(seconds=settings.lease_s)
    if progress is not None:
        job.progress = progress
    return job


async def complete(
    session: AsyncSession, job_id: int, token: str, result: Any = None
) -> Job:
    job, now = await lock_job(session, job_id)
    if job.state == "succeeded" and job.lease_token == token:
        # The answer to the first call was lost: give it again.
        return job
    check_token(job, token)
    job.result = result
    finish(session, job, "succeeded", now)
    await end_attempts(session, [job.id], "succeeded", now)
    return job


async def fail(
    session: AsyncSession,
    job_id: int,
    token: str,
    settings: Settings,
    *,
    error: str,
    retryable: bool = True,
) -> Job:
    """End the attempt; the job is tried again later if that makes sense."""
    job, now = await lock_job(session, job_id)
    check_token(job, token)
    job.error = error
    if job.cancel_requested:
        finish(session, job, "cancelled", now)
    elif not retryable or job.attempt >= job.max_attempts:
        finish(session, job, "dead", now)
    else:
        wait = backoff(job.attempt, settings.backoff_base_s, settings.backoff_max_s)
        requeue(job, now + timedelta(seconds=wait))
    await end_attempts(session, [job.id], "failed", now, error)
    return job


async def release(session: AsyncSession, job_id: int, token: str) -> Job:
    """Give the job back unfinished; this attempt was not its fault."""
    job, now = await lock_job(session, job_id)
    check_token(job, token)
    if job.cancel_requested:
        finish(session, job, "cancelled", now)
    else:
        job.attempt -= 1
        requeue(job, now)
        await notify(session)
    await end_attempts(session, [job.id], "released", now)
    return job


def finish(session: AsyncSession, job: Job, state: str, now: datetime) -> None:
    job.state = state
    job.finished_at = now
    job.lease_expires_at = None
    count_finished(session, state)


def requeue(job: Job, run_at: datetime) -> None:
    job.state = "queued"
    job.run_at = run_at
    job.lease_token = None
    job.lease_expires_at = None
