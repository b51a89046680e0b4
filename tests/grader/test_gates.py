"""Gates, counts and faults of the judge's database do what suites rely on."""

import asyncio
import time
from typing import Any

import psycopg
import pytest

from grader.judge.database import GATE_SECRET, Database


async def connect(database: Database) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(database.url)


async def insert(database: Database, number: int) -> float:
    """Insert as the app would; the moment at which it was done."""
    async with await connect(database) as connection:
        await connection.execute("INSERT INTO posts VALUES (%s, 'x')", [number])
    return time.monotonic()


async def test_race_releases_all_writers_together(database: Database) -> None:
    """No writer is done before the last one stands at the gate."""
    arrived: list[float] = []

    async def late(number: int) -> float:
        await asyncio.sleep(0.05 * number)
        arrived.append(time.monotonic())
        return await insert(database, number)

    done = await database.race([late(n) for n in range(4)], "posts")

    assert max(arrived) < min(done)
    assert await database.count("posts") == 4


async def test_race_goes_on_when_nobody_queues(database: Database) -> None:
    """An app that queues elsewhere still gets its turn."""

    async def quick() -> int:
        return 7

    assert await database.race([quick(), quick()], "posts") == [7, 7]


async def test_held_rows_stop_only_their_writers(database: Database) -> None:
    for number in (1, 2):
        await insert(database, number)

    async def retitle(number: int) -> None:
        async with await connect(database) as connection:
            update = "UPDATE posts SET title = 'y' WHERE id = %s"
            await connection.execute(update, [number])

    async with database.hold("posts", "id = %s", 1) as gate:
        held = asyncio.create_task(retitle(1))
        await gate.waiting(1)
        await asyncio.wait_for(retitle(2), 5)
        assert not held.done()
    await held

    assert await database.count("posts", "title = 'y'") == 2


async def test_failing_commit_fails_at_commit(database: Database) -> None:
    async with database.failing_commit("posts"):
        connection = await connect(database)
        # The insert itself goes through: only the commit is refused.
        await connection.execute("INSERT INTO posts VALUES (1, 'x')")
        with pytest.raises(psycopg.errors.RaiseException, match=GATE_SECRET):
            await connection.commit()
        await connection.close()

    assert await database.count("posts") == 0
    await insert(database, 2)


async def test_counting_counts_the_app_alone(database: Database) -> None:
    async with database.counting() as sql:
        async with await connect(database) as connection:
            for number in range(3):
                await connection.execute("INSERT INTO posts VALUES (%s, 'x')", [number])
            await connection.execute("SELECT 1")
        await database.count("posts")

    assert sql.calls == 3
    assert sql.most() == ["3 × INSERT INTO posts VALUES ($1, $2)"]


async def test_settled_waits_for_an_open_transaction(database: Database) -> None:
    connection = await connect(database)
    await connection.execute("INSERT INTO posts VALUES (1, 'x')")

    async def finish() -> None:
        await asyncio.sleep(0.1)
        await connection.commit()

    finishing = asyncio.create_task(finish())
    await database.settled()

    assert await database.count("posts") == 1
    await finishing
    await connection.close()


async def test_down_refuses_connections_until_it_is_over(database: Database) -> None:
    connection = await connect(database)

    async with database.down():
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            await connect(database)

    await (await connect(database)).close()
    await connection.close()


async def test_closing_waits_for_the_query_under_way(database: Database) -> None:
    """Psycopg goes on reading from memory that was freed, when closed below a query."""
    queries = [asyncio.create_task(database.settled()) for _ in range(20)]
    slow = asyncio.create_task(database.execute("SELECT pg_sleep(0.1)"))
    await asyncio.sleep(0)

    await database.close()

    assert slow.done()
    assert await asyncio.gather(slow, *queries, return_exceptions=True) == [
        [("",)],
        *[None] * 20,
    ]
    await database.close()
