"""What clients do to jobs and queues: functions that take a session first."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from given.unwritten import NotWritten
from jobs import queries
from jobs.errors import JobFinished, NotRetryable, UniqueKeyTaken
from jobs.holders import finish, lock_job, requeue
from jobs.models import ACTIVE, Job, Queue, clock
from jobs.schemas import JobIn, QueueOut
from jobs.wakeup import notify


async def hand_in(session: AsyncSession, data: JobIn) -> tuple[Job, bool]:
    """The new job, or the one that has its unique key; and whether it is new."""
    raise NotWritten(1)


async def cancel(session: AsyncSession, job_id: int) -> Job:
    """Cancel a queued job; ask the worker of a running one to give up."""
    raise NotWritten(7)


async def retry(session: AsyncSession, job_id: int) -> Job:
    """Give a dead or cancelled job all its attempts again."""
    raise NotWritten(5)


async def set_paused(session: AsyncSession, name: str, paused: bool) -> Queue:
    raise NotWritten(7)


async def list_queues(session: AsyncSession) -> list[QueueOut]:
    """All queues by name: two statements for any number of them."""
    raise NotWritten(8)
