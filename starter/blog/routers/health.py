"""For what runs the app: whether it is alive and ready, and its metrics."""

from pathlib import Path

from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blog.errors import NotReady
from blog.unwritten import NotWritten

router = APIRouter(tags=["health"])


def schema_head(package: Path) -> str | None:
    """The newest revision among the migrations of the package in this folder."""
    return None


@router.get("/healthz")
async def is_alive() -> dict[str, str]:
    raise NotWritten(7)


@router.get("/readyz")
async def is_ready(request: Request) -> dict[str, str]:
    raise NotWritten(7)


@router.get("/metrics")
async def show_metrics(request: Request) -> Response:
    raise NotWritten(7)
