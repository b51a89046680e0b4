"""Reads: functions that return a Select and run nothing."""

from typing import get_args

from sqlalchemy import Select, func, select, tuple_

from given.pagination import Position
from given.unwritten import NotWritten
from jobs.models import QUEUED, Job, JobAttempt, Queue, clock
from jobs.schemas import State

STATES: tuple[State, ...] = get_args(State)


def newest_jobs(
    start: Position | None, queue: str | None, kind: str | None, state: str | None
) -> Select[Job]:
    raise NotWritten(1)


def attempts_of(job: Job) -> Select[JobAttempt]:
    raise NotWritten(3)


def active_job(unique_key: str) -> Select[Job]:
    """The job that holds a unique key now."""
    raise NotWritten(7)


def queue_stats() -> Select[str, float | None, *tuple[int, ...]]:
    """Name, age of the oldest due job, and counts in the order of STATES."""
    raise NotWritten(8)


def queue_depths() -> Select[str, int]:
    raise NotWritten(8)


def all_queues() -> Select[Queue]:
    raise NotWritten(8)
