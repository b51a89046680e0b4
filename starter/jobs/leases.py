"""How jobs are leased to workers, and taken back when a lease runs out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Text,
    case,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from given.unwritten import NotWritten
from jobs.metrics import count_finished
from jobs.models import QUEUED, RUNNING, Job, JobAttempt, Queue, clock


@dataclass(frozen=True)
class Wanted:
    """What a worker asks for; `None` stands for every queue or kind."""

    worker_id: str
    max_jobs: int = 1
    queues: Collection[str] | None = None
    kinds: Collection[str] | None = None


async def lease_jobs(
    session: AsyncSession, wanted: Wanted, lease_s: float
) -> list[Job]:
    """Take jobs that are due, with as many statements for one job as for many."""
    raise NotWritten(3)


def due_jobs(wanted: Wanted) -> Select[int]:
    raise NotWritten(3)


def begin_attempts(job_ids: Sequence[int]) -> Insert:
    """Open an attempt for each job, numbered on from its last one."""
    raise NotWritten(3)


async def end_attempts(
    session: AsyncSession,
    job_ids: Sequence[int],
    outcome: str,
    now: datetime | ColumnElement[datetime],
    error: str | None = None,
) -> None:
    """Close the open attempt of each job."""
    raise NotWritten(3)


async def expire_leases(session: AsyncSession) -> None:
    """Take back the jobs whose leases have run out."""
    raise NotWritten(4)
