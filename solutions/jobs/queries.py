"""Reads: functions that return a Select and run nothing."""

from typing import get_args

from sqlalchemy import Select, func, select, tuple_

from given.pagination import Position
from jobs.models import QUEUED, Job, JobAttempt, Queue, clock
from jobs.schemas import State

STATES: tuple[State, ...] = get_args(State)


def newest_jobs(
    start: Position | None, queue: str | None, kind: str | None, state: str | None
) -> Select[Job]:
    query = select(Job).order_by(Job.created_at.desc(), Job.id.desc())
    if start is not None:
        query = query.where(tuple_(Job.created_at, Job.id) < (start.at, start.id))
    wanted = ((Job.queue, queue), (Job.kind, kind), (Job.state, state))
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return query


def attempts_of(job: Job) -> Select[JobAttempt]:
    query = select(JobAttempt).where(JobAttempt.job_id == job.id)
    return query.order_by(JobAttempt.attempt)


def active_job(unique_key: str) -> Select[Job]:
    """The job that holds a unique key now."""
    active = Job.state.in_(("queued", "running"))
    return select(Job).where(Job.unique_key == unique_key, active)


def queue_stats() -> Select[str, float | None, *tuple[int, ...]]:
    """Name, age of the oldest due job, and counts in the order of STATES."""
    due = (Job.state == "queued") & (Job.run_at <= clock)
    oldest = func.min(Job.run_at).filter(due)
    age = func.extract("epoch", clock - oldest)
    counts = [func.count().filter(Job.state == state) for state in STATES]
    return select(Job.queue, age, *counts).group_by(Job.queue)


def queue_depths() -> Select[str, int]:
    return select(Job.queue, func.count()).where(QUEUED).group_by(Job.queue)


def all_queues() -> Select[Queue]:
    return select(Queue)
