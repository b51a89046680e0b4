from fastapi import Request, Response

from given.routers.health import show_metrics
from jobs.deps import SessionsDep


async def show_job_metrics(request: Request, sessions: SessionsDep) -> Response:
    return await show_metrics(request)
