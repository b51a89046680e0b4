"""Wakes what waits for jobs, in every process. NOTIFY may be lost: poll, too."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from psycopg import AsyncConnection, OperationalError
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from jobs.settings import Settings

log = logging.getLogger(__name__)
CHANNEL = "jobs"


async def notify(session: AsyncSession) -> None:
    """Wake everything that waits for jobs, once the transaction is committed."""
    await session.execute(select(func.pg_notify(CHANNEL, "")))


class Wakeup:
    """What the requests and the worker of this process wait on for new jobs."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        self._poll_s = settings.poll_s
        self._rung = asyncio.Event()
        # How many notifications came. Read it before looking for jobs, and pass it to
        # wait(): then a notification in between is not missed.
        self.count = 0

    def ring(self) -> None:
        self.count += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, seen: int, seconds: float) -> None:
        """Return once the count is not `seen` any more, or after so many seconds."""
        if self.count != seen:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        # While there is no connection, those that wait poll.
        while True:
            try:
                await self._relay()
            except OperationalError:
                log.warning("listener_lost")
            await asyncio.sleep(self._poll_s)

    async def _relay(self) -> None:
        # Not from the pool: it is kept for as long as the app runs.
        connection = await AsyncConnection.connect(self._url, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            async for _ in connection.notifies():
                self.ring()
