"""The embedded worker: leases jobs, runs them, and survives what goes wrong."""

import asyncio
import contextlib
import inspect
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from given.database import Sessions
from given.errors import ApiError
from jobs import holders
from jobs.handlers import HANDLERS
from jobs.leases import Wanted, lease_jobs
from jobs.models import Job
from jobs.settings import Settings
from jobs.wakeup import Wakeup

log = structlog.get_logger(__name__)
# How a job ends: what is written, given a session, its id and its token.
Ending = Callable[[AsyncSession, int, str], Awaitable[Job]]
# How many times, poll_s apart, the worker tries to write how a job ended.
WRITE_TRIES = 10
# Heartbeats in the time of a lease, so that one that is lost does not cost it.
BEATS_PER_LEASE = 3


class Worker:
    """Runs up to `worker_concurrency` jobs at once, as long as the app lives."""

    def __init__(self, sessions: Sessions, settings: Settings, wakeup: Wakeup) -> None:
        self.sessions = sessions
        self.settings = settings
        self.wakeup = wakeup
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        # asyncio keeps weak references only: without these, a running task could be
        # garbage collected.
        self.running: dict[asyncio.Task[None], CancelScope] = {}
        # Threads of their own: blocking jobs must not use up those of the app.
        self.threads = CapacityLimiter(max(1, settings.worker_concurrency))
        self.stopping = False

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """For the lifespan: work inside the block, and come to an orderly end."""
        looking = asyncio.create_task(self.look_for_jobs())
        try:
            yield
        finally:
            self.stopping = True
            self.wakeup.ring()
            await looking
            await self.end_running()

    async def end_running(self) -> None:
        """Let running jobs end for a while, then give back those that do not."""
        if self.running:
            grace = self.settings.shutdown_grace_s
            await asyncio.wait(self.running, timeout=grace)
        for scope in self.running.values():
            scope.cancel()
        await asyncio.gather(*self.running)

    async def look_for_jobs(self) -> None:
        while not self.stopping:
            # Read the count before looking for jobs: if a notification comes in
            # between, the wait below ends at once.
            seen = self.wakeup.count
            taken = await self.take()
            for job in taken:
                self.start(job)
            if not taken:
                await self.wakeup.wait(seen, self.settings.poll_s)

    async def take(self) -> list[Job]:
        """Lease as many jobs as can start now: none must wait while its lease runs."""
        free = self.settings.worker_concurrency - len(self.running)
        if not free:
            return []
        wanted = Wanted(self.name, max_jobs=free, kinds=HANDLERS.keys())
        try:
            async with self.sessions.begin() as session:
                return await lease_jobs(session, wanted, self.settings.lease_s)
        except SQLAlchemyError:
            # The database cannot be reached or is busy: try again after the wait.
            log.warning("no_lease", exc_info=True)
            return []

    def start(self, job: Job) -> None:
        scope = CancelScope()
        task = asyncio.create_task(self.work(job, scope))
        self.running[task] = scope
        task.add_done_callback(self.end)

    def end(self, task: asyncio.Task[None]) -> None:
        del self.running[task]
        self.wakeup.ring()

    async def work(self, job: Job, scope: CancelScope) -> None:
        """Run a job, with heartbeats meanwhile, and write how it ended."""
        with bound_contextvars(job_id=str(job.id)):
            # This is how it ends if the scope is cancelled before the handler is done.
            outcome = "released"
            ending: Ending = holders.release
            with scope:
                async with create_task_group() as group:
                    group.start_soon(self.beat, job, scope)
                    outcome, ending = await self.attempt(job)
                    group.cancel_scope.cancel()
            if await self.write(job, ending):
                log.info("job_finished", attempt=job.attempt, outcome=outcome)

    async def attempt(self, job: Job) -> tuple[str, Ending]:
        """Call the handler; whatever it raises is a failed attempt, nothing more."""
        try:
            result = await self.call(job)
        except (Exception, SystemExit) as error:
            # A SystemExit that leaves its task would end the whole server.
            log.exception("handler_failed")
            said = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
            return "failed", partial(holders.fail, settings=self.settings, error=said)
        return "succeeded", partial(holders.complete, result=result)

    async def call(self, job: Job) -> Any:
        handler = HANDLERS[job.kind]
        if inspect.iscoroutinefunction(handler):
            return await handler(job.payload, job.attempt)
        # In a thread, or it would hold up every request of the app.
        return await to_thread.run_sync(
            handler,
            job.payload,
            job.attempt,
            abandon_on_cancel=True,
            limiter=self.threads,
        )

    async def beat(self, job: Job, scope: CancelScope) -> None:
        """Keep the lease; end the work if it is lost, or if a cancel is wanted."""
        while True:
            await asyncio.sleep(self.settings.lease_s / BEATS_PER_LEASE)
            try:
                async with self.sessions.begin() as session:
                    held = await holders.heartbeat(
                        session, job.id, token_of(job), self.settings
                    )
            except SQLAlchemyError:
                log.warning("no_heartbeat", exc_info=True)
            except ApiError:
                return scope.cancel()
            else:
                if held.cancel_requested:
                    return scope.cancel()

    async def write(self, job: Job, ending: Ending) -> bool:
        """Write how a job ended; False if it is not ours any more."""
        for _ in range(WRITE_TRIES):
            try:
                async with self.sessions.begin() as session:
                    await ending(session, job.id, token_of(job))
                return True
            except ApiError:
                log.warning("lease_lost")
                return False
            except SQLAlchemyError:
                log.warning("not_written", exc_info=True)
                await asyncio.sleep(self.settings.poll_s)
        return False


def token_of(job: Job) -> str:
    assert job.lease_token is not None
    return job.lease_token
