"""Puts the queue together; the lifespan owns the worker and all connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from given.app import make_app
from given.startup import open_database
from jobs.metrics import JobMetrics
from jobs.routers import jobs, leases, monitoring, queues
from jobs.settings import Settings
from jobs.wakeup import Wakeup
from jobs.worker import Worker

ROUTERS = (jobs.router, leases.router, queues.router, monitoring.router)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.wakeup = wakeup = Wakeup(settings)
    async with open_database(app) as sessions:
        sessions.configure(info={"finished": app.state.job_metrics.finished})
        worker = Worker(sessions, settings, wakeup)
        # The worker ends first: it still writes how its jobs have ended.
        async with wakeup.listening(), worker.working():
            yield


def create_app(settings: Settings | None = None) -> FastAPI:
    app = make_app(
        Path(__file__).parent, settings or Settings.read(), lifespan, ROUTERS
    )
    app.state.job_metrics = JobMetrics(app.state.metrics.registry)
    return app
