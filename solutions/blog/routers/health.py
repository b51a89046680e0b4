"""For what runs the app: whether it is alive and ready, and its metrics."""

from pathlib import Path

from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blog.errors import NotReady

router = APIRouter(tags=["health"])


def schema_head(package: Path) -> str | None:
    """The newest revision among the migrations of the package in this folder."""
    return ScriptDirectory(str(package / "migrations")).get_current_head()


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
