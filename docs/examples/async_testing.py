"""Two requests at once, in a test: made to overlap, not hoped to."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()


# --8<-- [start:app]
class Rates:
    """The client of a slow service; tests put another in its place."""

    async def bonus(self) -> int:
        return 1


RatesDep = Annotated[Rates, Depends(Rates)]


@app.post("/careless")
async def add_carelessly(request: Request, rates: RatesDep) -> None:
    points = request.app.state.points
    request.app.state.points = points + await rates.bonus()  # Others run here.


@app.post("/careful")
async def add_carefully(request: Request, rates: RatesDep) -> None:
    bonus = await rates.bonus()
    request.app.state.points += bonus  # No await between the read and the write.


# --8<-- [end:app]


# --8<-- [start:barrier]
class MeetingRates(Rates):
    """Answers nobody until all who are expected have asked."""

    def __init__(self, expected: int) -> None:
        self.barrier = asyncio.Barrier(expected)

    async def bonus(self) -> int:
        async with asyncio.timeout(10):  # A test that hangs says where.
            await self.barrier.wait()
        return 1


# --8<-- [end:barrier]


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app.state.points = 0
    async with AsyncClient(
        transport=ASGITransport(app), base_url="http://test"
    ) as client:
        yield client


@pytest.fixture
def meeting() -> Iterator[None]:
    rates = MeetingRates(expected=2)
    app.dependency_overrides[Rates] = lambda: rates
    yield
    app.dependency_overrides.clear()


async def test_one_after_another_shows_nothing(client: AsyncClient) -> None:
    await client.post("/careless")
    await client.post("/careless")
    assert app.state.points == 2


async def test_gather_alone_shows_nothing_either(client: AsyncClient) -> None:
    await asyncio.gather(client.post("/careless"), client.post("/careless"))
    assert app.state.points == 2  # Nothing here really waits, so nothing overlaps.


# --8<-- [start:test]
@pytest.mark.usefixtures("meeting")
async def test_two_that_meet_lose_a_point(client: AsyncClient) -> None:
    await asyncio.gather(client.post("/careless"), client.post("/careless"))
    assert app.state.points == 1


@pytest.mark.usefixtures("meeting")
async def test_careful_ones_may_meet(client: AsyncClient) -> None:
    await asyncio.gather(client.post("/careful"), client.post("/careful"))
    assert app.state.points == 2


# --8<-- [end:test]


# --8<-- [start:unawaited]
def test_calling_a_coroutine_function_runs_nothing() -> None:
    ran = []

    async def check() -> None:
        ran.append("check")
        raise AssertionError("This would fail.")

    pending = check()  # Green.
    assert inspect.iscoroutine(pending)
    assert ran == []
    pending.close()


# --8<-- [end:unawaited]


def test_an_engine_in_a_second_loop_fails_once_somebody_waits(
    database_url: str,
) -> None:
    engine = create_async_engine(database_url, pool_size=1, max_overflow=0)

    async def ask(callers: int) -> None:
        async def one() -> None:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT pg_sleep(0.01)"))

        await asyncio.gather(*(one() for _ in range(callers)))

    asyncio.run(ask(2))
    asyncio.run(ask(1))  # Another loop, and nothing is amiss.
    with pytest.raises(RuntimeError, match="bound to a different event loop"):
        asyncio.run(ask(2))
    asyncio.run(engine.dispose())
