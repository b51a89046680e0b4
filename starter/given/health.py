"""For the machines that run the service: does it live, may it serve, how does it do."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from given.errors import NotReady

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def is_alive() -> dict[str, str]:
    # Without the database: restarting the app does not mend a database.
    return {"status": "ok"}


@router.get("/readyz")
async def is_ready(request: Request) -> dict[str, str]:
    try:
        async with request.app.state.sessions() as session:
            query = text("SELECT version_num FROM alembic_version")
            revision = await session.scalar(query)
    except SQLAlchemyError as error:
        raise NotReady("The database does not answer.") from error
    if revision != request.app.state.schema_head:
        raise NotReady("The schema is not the one that this code needs.")
    return {"status": "ok"}


@router.get("/metrics")
async def show_metrics(request: Request) -> Response:
    body = generate_latest(request.app.state.metrics.registry)
    return Response(body, media_type=CONTENT_TYPE_LATEST)
