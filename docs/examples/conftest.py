"""What an example may ask for: a PostgreSQL database of its own, and a gate."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from grader.services.postgres import Cluster, open_cluster

T = TypeVar("T")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with open_cluster() as cluster:
        yield cluster


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """An empty database, for a plain role, as learners get it."""
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url, pool_size=10)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def gate(engine: AsyncEngine) -> Callable[..., Awaitable[list[object]]]:
    # --8<-- [start:gate]
    async def through_gate(lock: str, *calls: Awaitable[T]) -> list[T]:
        """Hold a lock until all calls wait for it, then let them go together."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        # Autocommit, or the watcher would see one and the same moment for ever.
        watching = engine.execution_options(isolation_level="AUTOCOMMIT")
        async with watching.connect() as watcher, engine.begin() as holder:
            await holder.execute(text(lock))
            tasks = [asyncio.ensure_future(call) for call in calls]
            async with asyncio.timeout(30):
                while await watcher.scalar(waiting) != len(tasks):
                    pass  # Each question takes a round trip: the tasks go on.
        return await asyncio.gather(*tasks)

    # --8<-- [end:gate]
    return through_gate


@pytest.fixture
def serve() -> Callable[[FastAPI], AbstractAsyncContextManager[str]]:
    """Run an app on a real server; gives its host and port."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[str]:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
        task = asyncio.create_task(server.serve())
        async with asyncio.timeout(30):
            while not (server.started or task.done()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"127.0.0.1:{port}"
        server.should_exit = True
        await task

    return run
