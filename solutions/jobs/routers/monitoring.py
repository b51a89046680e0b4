"""Metrics, with the queue as it is at this moment."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from given.routers.health import show_metrics
from jobs import queries
from jobs.deps import SessionsDep

router = APIRouter(tags=["health"])


# Registered before the given route of this path, so this one answers.
@router.get("/metrics")
async def show_job_metrics(request: Request, sessions: SessionsDep) -> Response:
    depth = request.app.state.job_metrics.depth
    # The query finds no empty queues: without this, they would keep their last count.
    depth.clear()
    try:
        async with sessions() as session:
            for queue, count in await session.execute(queries.queue_depths()):
                depth.labels(queue).set(count)
    except SQLAlchemyError:
        # Without the database, still answer with the other metrics.
        pass
    return await show_metrics(request)
