"""Work after the response: what a BackgroundTask loses, and a row that does not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
app = FastAPI()
sent: list[str] = []


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as session:
        yield session


LateDep = Annotated[AsyncSession, Depends(open_session)]
SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]


# --8<-- [start:lost]
async def welcome(sessions: Sessions, name: str) -> None:
    async with sessions() as session:
        user = await session.get(User, name)
        sent.append(user.name if user else "nobody")


async def greet(name: str) -> None:
    raise ConnectionError("The mail server is away.")


@app.post("/late/{name}", status_code=202)
async def register_late(session: LateDep, name: str, tasks: BackgroundTasks) -> None:
    session.add(User(name=name))
    tasks.add_task(welcome, app.state.sessions, name)


@app.post("/two/{name}", status_code=202)
async def register_two(session: SessionDep, name: str, tasks: BackgroundTasks) -> None:
    session.add(User(name=name))
    tasks.add_task(greet, name)  # Fails …
    tasks.add_task(welcome, app.state.sessions, name)  # … so this one never runs.


# --8<-- [end:lost]


# --8<-- [start:enqueue]
@app.post("/users/{name}", status_code=202)
async def register(session: SessionDep, name: str) -> None:
    session.add_all([User(name=name), Job(name=name)])


# --8<-- [end:enqueue]


# --8<-- [start:work]
async def work_once(
    sessions: Sessions, handle: Callable[[str], Awaitable[None]]
) -> None:
    async with sessions.begin() as session:
        job = await session.scalar(
            select(Job)
            .where(Job.done.is_(False))
            .order_by(Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is not None:
            await handle(job.name)
            job.done = True  # A crash before this line leaves the job to be done.


# --8<-- [end:work]


@pytest.fixture
async def client(engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[AsyncClient]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = sessions
    sent.clear()
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_task_runs_before_a_late_commit(client: AsyncClient) -> None:
    assert (await client.post("/late/ada")).status_code == 202
    assert sent == ["nobody"]


async def test_a_task_that_fails_takes_the_rest_with_it(client: AsyncClient) -> None:
    assert (await client.post("/two/ada")).status_code == 202
    assert sent == []


# --8<-- [start:test]
async def test_a_job_survives_its_failure(
    client: AsyncClient, sessions: Sessions
) -> None:
    async def handle(name: str) -> None:
        sent.append(name)

    assert (await client.post("/users/ada")).status_code == 202
    with pytest.raises(ConnectionError):
        await work_once(sessions, greet)
    await work_once(sessions, handle)
    await work_once(sessions, handle)

    assert sent == ["ada"]


# --8<-- [end:test]
