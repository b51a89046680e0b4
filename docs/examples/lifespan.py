"""What starts with the app must end with it, and must not die unseen in between."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

log = logging.getLogger(__name__)
Step = Callable[[], Awaitable[None]]


# --8<-- [start:dies]
async def sweep_until_it_hurts(sweep: Step, pause: Step) -> None:
    while True:
        await sweep()
        await pause()


# --8<-- [end:dies]


# --8<-- [start:mend]
async def sweep_for_ever(sweep: Step, pause: Step) -> None:
    while True:
        try:
            await sweep()
        except Exception:  # Not CancelledError: the shutdown must get through.
            log.exception("sweep_failed")
        await pause()


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    # The name holds the task: the loop alone would let it be collected.
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


# --8<-- [end:mend]


class Sweeper:
    """Fails once, as a database does that is restarted."""

    def __init__(self) -> None:
        self.runs = 0
        self.recovered = asyncio.Event()

    async def sweep(self) -> None:
        self.runs += 1
        if self.runs == 1:
            raise ConnectionError("The database is away.")
        self.recovered.set()

    async def pause(self) -> None:
        await asyncio.sleep(0)


async def test_one_error_ends_the_loop_and_nobody_hears_of_it() -> None:
    sweeper = Sweeper()
    task = asyncio.create_task(sweep_until_it_hurts(sweeper.sweep, sweeper.pause))
    await asyncio.wait({task})
    assert sweeper.runs == 1
    assert isinstance(task.exception(), ConnectionError)  # If anyone asks.


async def test_the_mended_loop_goes_on_and_ends_with_the_app() -> None:
    sweeper = Sweeper()
    async with running(sweep_for_ever(sweeper.sweep, sweeper.pause)) as task:
        async with asyncio.timeout(10):
            await sweeper.recovered.wait()
    assert task.cancelled()


# --8<-- [start:ignored]
@pytest.mark.filterwarnings("ignore:\\s+on_event is deprecated")
def test_a_startup_handler_beside_a_lifespan_is_never_called() -> None:
    called = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        called.append("lifespan")
        yield

    app = FastAPI(lifespan=lifespan)

    @app.on_event("startup")
    def start() -> None:
        called.append("startup")

    with TestClient(app):
        assert called == ["lifespan"]


# --8<-- [end:ignored]


def test_without_with_a_test_client_starts_nothing() -> None:
    started = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        started.append(app)
        yield

    client = TestClient(FastAPI(lifespan=lifespan))
    assert client.get("/").status_code == 404
    assert started == []
