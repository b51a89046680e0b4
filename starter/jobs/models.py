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

# The clock of the database, which all instances share; unlike now(), which is the
# start of the transaction, it does not stand still while a lock is waited for.
clock = func.clock_timestamp(type_=DateTime(timezone=True))


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class JobAttempt(Base):
    """One lease of a job, numbered over its whole life: a retry does not start anew."""

    __tablename__ = "job_attempts"

    job_id: Mapped[int] = mapped_column(primary_key=True)


class Queue(Base):
    """A queue that was paused once; the others need no row."""

    __tablename__ = "queues"

    name: Mapped[str] = mapped_column(primary_key=True)
