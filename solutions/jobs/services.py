"""What clients do to jobs and queues: functions that take a session first."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from jobs import queries
from jobs.errors import JobFinished, NotRetryable, UniqueKeyTaken
from jobs.holders import finish, lock_job, requeue
from jobs.models import ACTIVE, Job, Queue, clock
from jobs.schemas import JobIn, QueueOut
from jobs.wakeup import notify


async def hand_in(session: AsyncSession, data: JobIn) -> tuple[Job, bool]:
    """The new job, or the one that has its unique key; and whether it is new."""
    values = data.model_dump(exclude={"delay_s"})
    run_at = clock + timedelta(seconds=data.delay_s)
    # DO NOTHING waits until another transaction that inserts this key has ended; if it
    # has committed, no row is made here.
    make = (
        insert(Job)
        .values(**values, state="queued", created_at=clock, run_at=run_at)
        .on_conflict_do_nothing(index_elements=[Job.unique_key], index_where=ACTIVE)
        .returning(Job)
    )
    while True:
        job = await session.scalar(make)
        if job is not None:
            await notify(session)
            return job, True
        assert data.unique_key is not None
        job = await session.scalar(queries.active_job(data.unique_key))
        # None if that job has finished in between: the key is free, so try again.
        if job is not None:
            return job, False


async def cancel(session: AsyncSession, job_id: int) -> Job:
    """Cancel a queued job; ask the worker of a running one to give up."""
    job, now = await lock_job(session, job_id)
    if job.state == "queued":
        finish(session, job, "cancelled", now)
    elif job.state == "running":
        job.cancel_requested = True
    else:
        raise JobFinished
    return job


async def retry(session: AsyncSession, job_id: int) -> Job:
    """Give a dead or cancelled job all its attempts again."""
    job, now = await lock_job(session, job_id)
    if job.state not in ("dead", "cancelled"):
        raise NotRetryable
    requeue(job, now)
    job.attempt = 0
    job.error = job.finished_at = None
    job.cancel_requested = False
    try:
        await session.flush()
    except IntegrityError as error:
        raise UniqueKeyTaken from error
    await notify(session)
    return job


async def set_paused(session: AsyncSession, name: str, paused: bool) -> Queue:
    queue = insert(Queue).values(name=name, paused=paused)
    saved = await session.scalars(
        queue.on_conflict_do_update(
            index_elements=[Queue.name], set_={"paused": queue.excluded.paused}
        ).returning(Queue)
    )
    if not paused:
        await notify(session)
    return saved.one()


async def list_queues(session: AsyncSession) -> list[QueueOut]:
    """All queues by name: two statements for any number of them."""
    found: dict[str, QueueOut] = {}
    none = dict.fromkeys(queries.STATES, 0)
    for queue in await session.scalars(queries.all_queues()):
        found[queue.name] = QueueOut(
            name=queue.name, paused=queue.paused, counts=none, oldest_ready_age_s=None
        )
    for name, age, *counts in await session.execute(queries.queue_stats()):
        known = found.get(name)
        found[name] = QueueOut(
            name=name,
            paused=known is not None and known.paused,
            counts=dict(zip(queries.STATES, counts, strict=True)),
            oldest_ready_age_s=age,
        )
    return [found[name] for name in sorted(found)]
