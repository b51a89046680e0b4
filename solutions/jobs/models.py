"""The tables of the queue, and the conditions of its partial indexes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from given.database import Base
from given.models import User

__all__ = ["Base", "Job", "JobAttempt", "Queue", "User"]

# Literals and not parameters, in queries too: only then does the database see that
# a partial index covers a query.
QUEUED = text("state = 'queued'")
RUNNING = text("state = 'running'")
ACTIVE = text("state IN ('queued', 'running')")
ORDER = (text("priority DESC"), "run_at", "id")

# The clock of the database, which all instances share; unlike now(), which is the
# start of the transaction, it does not stand still while a lock is waited for.
clock = func.clock_timestamp(type_=DateTime(timezone=True))


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'dead', 'cancelled')",
            name="state",
        ),
        # For the query of a lease. These indexes leave out finished jobs, which are by
        # far the most.
        Index("ix_jobs_ready", "queue", *ORDER, postgresql_where=QUEUED),
        # The same for a worker that serves all queues.
        Index("ix_jobs_ready_anywhere", *ORDER, postgresql_where=QUEUED),
        Index("ix_jobs_lease_expires_at", "lease_expires_at", postgresql_where=RUNNING),
        Index("uq_jobs_unique_key", "unique_key", unique=True, postgresql_where=ACTIVE),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    queue: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    run_at: Mapped[datetime]
    # Kept when the job has succeeded: a repeated `complete` is recognised by it.
    lease_token: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    worker_id: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    unique_key: Mapped[str | None]
    progress: Mapped[int | None]
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class JobAttempt(Base):
    """One lease of a job, numbered over its whole life: a retry does not start anew."""

    __tablename__ = "job_attempts"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker_id: Mapped[str]
    outcome: Mapped[str | None]
    error: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Queue(Base):
    """A queue that was paused once; the others need no row."""

    __tablename__ = "queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused: Mapped[bool]
