"""A worker that was only slow: its late result is taken, or refused by a token."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import DateTime, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
LEASE = timedelta(seconds=30)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    worker: Mapped[str | None]
    token: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    result: Mapped[str | None]


# --8<-- [start:lease]
async def lease(session: AsyncSession, worker: str, now: datetime) -> Job | None:
    due = (
        select(Job.id)
        .where(Job.result.is_(None))
        .where(or_(Job.expires_at.is_(None), Job.expires_at < now))
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return await session.scalar(
        update(Job)
        .where(Job.id == due)
        .values(
            worker=worker,
            token=uuid.uuid4(),  # New with each lease.
            expires_at=now + LEASE,
            attempt=Job.attempt + 1,  # Counted now: a crash must count, too.
        )
        .returning(Job)
    )


# --8<-- [end:lease]


# --8<-- [start:unfenced]
async def complete_by_name(
    session: AsyncSession, job_id: int, worker: str, result: str
) -> bool:
    done = await session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker)
        .values(result=result)
        .returning(Job.id)
    )
    return done is not None


# --8<-- [end:unfenced]


# --8<-- [start:mend]
async def complete(
    session: AsyncSession, job_id: int, token: uuid.UUID, result: str
) -> bool:
    done = await session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.token == token)
        .values(result=result)
        .returning(Job.id)
    )
    return done is not None  # If not: 409 lease_lost. Throw the result away.


# --8<-- [end:mend]


@pytest.fixture
async def queue(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    """A queue with one job."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        session.add(Job(id=1))
    return sessions


async def lease_token(sessions: Sessions, worker: str, now: datetime) -> uuid.UUID:
    async with sessions.begin() as session:
        job = await lease(session, worker, now)
        assert job is not None
        assert job.token is not None
        return job.token


async def test_a_job_is_leased_once_until_it_expires(queue: Sessions) -> None:
    await lease_token(queue, "w1", NOON)
    async with queue.begin() as session:
        assert await lease(session, "w2", NOON + LEASE / 2) is None
    await lease_token(queue, "w2", NOON + LEASE * 2)


# --8<-- [start:test]
async def test_a_name_lets_a_late_result_in(queue: Sessions) -> None:
    await lease_token(queue, "w1", NOON)  # … and w1 is paused for a minute.
    await lease_token(queue, "w1", NOON + LEASE * 2)  # w1 was started anew.
    async with queue.begin() as session:
        assert await complete_by_name(session, 1, "w1", "of the old w1")


async def test_a_token_keeps_it_out(queue: Sessions) -> None:
    old = await lease_token(queue, "w1", NOON)
    new = await lease_token(queue, "w1", NOON + LEASE * 2)
    async with queue.begin() as session:
        assert not await complete(session, 1, old, "of the old w1")
        assert await complete(session, 1, new, "of the new w1")


# --8<-- [end:test]


async def test_two_that_ask_at_once_do_not_wait(queue: Sessions) -> None:
    async with queue.begin() as first, queue.begin() as second:
        assert await lease(first, "w1", NOON) is not None
        assert await lease(second, "w2", NOON) is None


async def test_a_clock_in_the_statement_that_waits_is_that_before_the_wait(
    queue: Sessions,
) -> None:
    clock = text("SELECT clock_timestamp()")

    async def lock_and_look() -> tuple[datetime, datetime]:
        async with queue.begin() as session:
            lock = select(func.clock_timestamp(), Job).with_for_update(of=Job)
            with_the_lock = (await session.execute(lock)).one()[0]
            return with_the_lock, await session.scalar(clock)

    async with queue.begin() as holder:
        await holder.get(Job, 1, with_for_update=True)
        rival = asyncio.create_task(lock_and_look())
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(30):
            while not await holder.scalar(waiting):
                pass  # Each question takes a round trip: the rival goes on.
        let_go = await holder.scalar(clock)
    with_the_lock, of_its_own = await rival

    assert with_the_lock < let_go < of_its_own
