"""What an outer transaction hides, and a database of its own for each test."""

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from grader.services.postgres import Cluster

TABLE = "CREATE TABLE seats (n int UNIQUE DEFERRABLE INITIALLY DEFERRED, id serial)"


# --8<-- [start:app]
async def book_twice(sessions: async_sessionmaker[AsyncSession]) -> None:
    """A bug: the same seat two times. PostgreSQL sees it at the commit."""
    async with sessions.begin() as session:
        await session.execute(text("INSERT INTO seats VALUES (1), (1)"))


# --8<-- [end:app]


@pytest.fixture
async def schema(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
    return engine


# --8<-- [start:hidden]
async def test_a_savepoint_never_commits(schema: AsyncEngine) -> None:
    async with schema.connect() as connection:
        outer = await connection.begin()
        sessions = async_sessionmaker(
            connection, join_transaction_mode="create_savepoint"
        )
        await book_twice(sessions)  # Green, and the bug is in.
        await outer.rollback()


async def test_a_real_commit_finds_it(schema: AsyncEngine) -> None:
    with pytest.raises(IntegrityError, match="seats_n_key"):
        await book_twice(async_sessionmaker(schema))


# --8<-- [end:hidden]


async def test_a_rollback_gives_no_number_back(schema: AsyncEngine) -> None:
    async with schema.connect() as connection:
        for number in (1, 2):
            query = text("INSERT INTO seats VALUES (7) RETURNING id")
            assert await connection.scalar(query) == number
            await connection.rollback()


# --8<-- [start:mend]
def clone(cluster: Cluster, template: str) -> str:
    """A copy of a migrated database, in some 20 ms: CREATE DATABASE … TEMPLATE."""
    return cluster.create(template)


def test_each_clone_is_complete_and_alone(cluster: Cluster) -> None:
    template = cluster.create()
    run(cluster, template, TABLE)
    first, second = clone(cluster, template), clone(cluster, template)

    run(cluster, first, "INSERT INTO seats VALUES (1)")
    assert run(cluster, first, "SELECT count(*) FROM seats") == 1
    assert run(cluster, second, "SELECT count(*) FROM seats") == 0


# --8<-- [end:mend]


def run(cluster: Cluster, database: str, sql: str) -> int | None:
    engine = create_engine(cluster.url(database), poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(sql))
        return result.scalar() if result.returns_rows else None


# --8<-- [start:leak]
async def clean(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        await connection.execute(text("TRUNCATE seats RESTART IDENTITY"))


async def test_cleaning_says_that_a_transaction_leaked(schema: AsyncEngine) -> None:
    leaked = await schema.connect()  # The app forgot to give it back.
    await leaked.execute(text("SELECT FROM seats"))
    with pytest.raises(OperationalError) as refused:
        await clean(schema)
    assert isinstance(refused.value.orig, LockNotAvailable)

    await leaked.close()
    await clean(schema)


# --8<-- [end:leak]
