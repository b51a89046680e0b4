"""Load: what must not grow with the number of rows, measured in turns."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Engine, text

from jobs.tests.conftest import migrate

ROUNDS = 30
ADD = text(
    "INSERT INTO jobs (queue, kind, payload, priority, state, attempt, max_attempts,"
    " run_at, cancel_requested, created_at)"
    " SELECT format(:queue, n), 'test', jsonb_build_object('x', repeat('x', 200)),"
    " 0, :state, 0, 5, now(), false, now() FROM generate_series(1, :count) AS n"
)
Ask = Callable[[], Coroutine[Any, Any, None]]
Growth = Callable[[Ask, Ask], float]


@dataclass
class Side:
    """An app on a database of its own."""

    db: Engine
    client: AsyncClient

    def add(self, queue: str, count: int, state: str = "queued") -> None:
        rows = {"queue": queue, "count": count, "state": state}
        with self.db.begin() as connection:
            connection.execute(ADD, rows)
            connection.execute(text("ANALYZE jobs"))

    async def lease(self, queue: str, max_jobs: int = 1) -> None:
        data = {"worker_id": "w", "queues": [queue], "max_jobs": max_jobs}
        reply = await self.client.post("/v1/leases", json=data)
        assert reply.status_code == 200

    async def count(self) -> None:
        assert (await self.client.get("/v1/queues")).status_code == 200


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all apps and all requests: an engine belongs to its loop."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def side(
    runner: asyncio.Runner,
    serve: Callable[..., AbstractAsyncContextManager[AsyncClient]],
    new_database: Callable[[], AbstractContextManager[Engine]],
) -> Iterator[Callable[[], Side]]:
    with contextlib.ExitStack() as stack:

        def start() -> Side:
            db = stack.enter_context(new_database())
            migrate(db)
            app = serve(url=db.url.render_as_string(hide_password=False))
            client = runner.run(app.__aenter__())
            stack.callback(lambda: runner.run(app.__aexit__(None, None, None)))
            return Side(db, client)

        yield start


@pytest.fixture(scope="module")
def plain(side: Callable[[], Side]) -> Side:
    return side()


@pytest.fixture
def growth(runner: asyncio.Runner, benchmark: Any) -> Growth:
    """How many times longer the second request takes than the first, at their best."""

    def measure(small: Ask, large: Ask) -> float:
        quick: list[float] = []

        def before() -> None:
            begun = time.perf_counter()
            runner.run(small())
            quick.append(time.perf_counter() - begun)

        # By turns: what slows the machine down slows both.
        benchmark.pedantic(
            lambda: runner.run(large()), setup=before, rounds=ROUNDS, warmup_rounds=3
        )
        return float(benchmark.stats["min"]) / min(quick)

    return measure


def test_batch_costs_less_than_its_jobs(plain: Side, growth: Growth) -> None:
    plain.add("few", 2 * ROUNDS)
    plain.add("many", 50 * 2 * ROUNDS)

    one, fifty = (lambda: plain.lease("few")), (lambda: plain.lease("many", 50))

    assert growth(one, fifty) < 3


def test_finished_jobs_do_not_slow_a_lease(
    plain: Side, side: Callable[[], Side], growth: Growth
) -> None:
    full = side()
    full.add("done", 200_000, "succeeded")

    new, old = (lambda: plain.lease("none")), (lambda: full.lease("none"))

    assert growth(new, old) < 2.5


def test_statistics_do_not_grow_with_queues(
    plain: Side, side: Callable[[], Side], growth: Growth
) -> None:
    wide = side()
    plain.add("q", 60)
    wide.add("q-%s", 60)

    assert growth(plain.count, wide.count) < 4
