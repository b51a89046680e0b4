"""How jobs get to workers, and back when a worker falls silent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Insert, Select, Text, case, cast, func, insert, select, update
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
    error: str | None = None,
) -> None:
    """Close the open attempt of each job."""
    raise NotWritten(3)


async def expire_leases(session: AsyncSession) -> None:
    """Take jobs back whose worker was silent for too long."""
    raise NotWritten(4)
