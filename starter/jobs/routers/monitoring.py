"""Metrics, with the queue as it is at this moment."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from given.routers.health import show_metrics
from jobs import queries
from jobs.deps import SessionsDep

router = APIRouter(tags=["health"])


@router.get("/metrics")
async def show_job_metrics(request: Request, sessions: SessionsDep) -> Response:
    return await show_metrics(request)
