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

from jobs.metrics import count_finished
from jobs.models import QUEUED, RUNNING, Job, JobAttempt, Queue, clock

EXPIRED = "lease_expired"


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
    await expire_leases(session)
    # Locked rows are skipped: workers who ask at once get different jobs, or none.
    due = due_jobs(wanted).with_for_update(skip_locked=True, of=Job).cte("due")
    taken = await session.scalars(
        update(Job)
        .where(Job.id == due.c.id)
        .values(
            state="running",
            # Counted now and not at the end: a job that kills its worker each time
            # must run out of attempts, too.
            attempt=Job.attempt + 1,
            # A fresh token for each lease, so that no older one fits any more.
            lease_token=cast(func.gen_random_uuid(), Text),
            lease_expires_at=clock + timedelta(seconds=lease_s),
            worker_id=wanted.worker_id,
            started_at=clock,
            progress=None,
        )
        .returning(Job)
    )
    # RETURNING gives the rows in any order.
    jobs = sorted(taken, key=lambda job: (-job.priority, job.run_at, job.id))
    if jobs:
        await session.execute(begin_attempts([job.id for job in jobs]))
    return jobs


def due_jobs(wanted: Wanted) -> Select[int]:
    paused = select(Queue.name).where(Queue.paused)
    query = (
        select(Job.id)
        .where(QUEUED, Job.run_at <= clock, Job.queue.not_in(paused))
        .order_by(Job.priority.desc(), Job.run_at, Job.id)
        .limit(wanted.max_jobs)
    )
    if wanted.queues is not None:
        query = query.where(Job.queue.in_(wanted.queues))
    if wanted.kinds is not None:
        query = query.where(Job.kind.in_(wanted.kinds))
    return query


def begin_attempts(job_ids: Sequence[int]) -> Insert:
    """Open an attempt for each job, numbered on from its last one."""
    last = (
        select(func.max(JobAttempt.attempt))
        .where(JobAttempt.job_id == Job.id)
        .correlate(Job)
        .scalar_subquery()
    )
    number = func.coalesce(last, 0) + 1
    begun = select(Job.id, number, Job.worker_id, Job.started_at)
    return insert(JobAttempt).from_select(
        ["job_id", "attempt", "worker_id", "started_at"],
        begun.where(Job.id.in_(job_ids)),
    )


async def end_attempts(
    session: AsyncSession,
    job_ids: Sequence[int],
    outcome: str,
    now: datetime | ColumnElement[datetime],
    error: str | None = None,
) -> None:
    """Close the open attempt of each job."""
    await session.execute(
        update(JobAttempt)
        .where(JobAttempt.job_id.in_(job_ids), JobAttempt.finished_at.is_(None))
        .values(outcome=outcome, error=error, finished_at=now)
    )


async def expire_leases(session: AsyncSession) -> None:
    """Take back the jobs whose leases have run out."""
    silent = (
        select(Job.id)
        .where(RUNNING, Job.lease_expires_at <= clock)
        # Processes that do this at the same time skip each other's rows, not wait.
        .with_for_update(skip_locked=True)
        .cte("silent")
    )
    state = case(
        (Job.cancel_requested, "cancelled"),
        (Job.attempt >= Job.max_attempts, "dead"),
        else_="queued",
    )
    expired = await session.execute(
        update(Job)
        .where(Job.id == silent.c.id)
        .values(
            state=state,
            error=EXPIRED,
            lease_token=None,
            lease_expires_at=None,
            finished_at=case((state != "queued", clock)),
        )
        .returning(Job.id, Job.state)
    )
    states = {row.id: row.state for row in expired}
    if states:
        await end_attempts(session, list(states), EXPIRED, clock, EXPIRED)
    for found in states.values():
        if found != "queued":
            count_finished(session, found)
