"""What a worker may do to the job it holds: the token of its lease is the proof."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from given.errors import NotFound
from given.unwritten import NotWritten
from jobs.backoff import backoff
from jobs.errors import LeaseLost
from jobs.leases import end_attempts
from jobs.metrics import count_finished
from jobs.models import Job, clock
from jobs.settings import Settings
from jobs.wakeup import notify


async def lock_job(session: AsyncSession, job_id: int) -> tuple[Job, datetime]:
    """The job, which nobody else can change until the commit, and the time now."""
    raise NotWritten(3)


def check_token(job: Job, token: str) -> None:
    """Raise LeaseLost if the token is not the newest one, or the job does not run.

    The worker's name would not do: the same worker can come back for its own job.
    """
    raise NotWritten(3)


async def heartbeat(
    session: AsyncSession,
    job_id: int,
    token: str,
    settings: Settings,
    progress: int | None = None,
) -> Job:
    raise NotWritten(4)


async def complete(
    session: AsyncSession, job_id: int, token: str, result: Any = None
) -> Job:
    raise NotWritten(3)


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
    raise NotWritten(5)


async def release(session: AsyncSession, job_id: int, token: str) -> Job:
    """Give the job back unfinished; this attempt was not its fault."""
    raise NotWritten(6)


def finish(session: AsyncSession, job: Job, state: str, now: datetime) -> None:
    raise NotWritten(3)


def requeue(job: Job, run_at: datetime) -> None:
    raise NotWritten(5)
