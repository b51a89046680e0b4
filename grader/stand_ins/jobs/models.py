from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from given.database import Base


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
