# Generated from solutions/blog/database.py by nox -s starter: edit that file.
# Digest of the lines below: 54e08e430e69fc0d
"""The engine and the one session of each request: who commits, and when."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import Request
from sqlalchemy import BigInteger, DateTime, MetaData, Text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from given.settings import Settings

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
    }
    # Constraints get names that a migration can rely on.
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


def now() -> datetime:
    # Set in Python, so that no attribute waits in the database after a flush.
    return datetime.now(UTC)


def make_engine(settings: Settings) -> AsyncEngine:
    return create_async_engine(
        settings.database_url,
        pool_size=settings.db_pool_size,
        max_overflow=settings.db_max_overflow,
        # Waiting longer than this is an error, which the client sees as a 503.
        pool_timeout=settings.db_pool_timeout_s,
        # A connection that the server has closed is replaced, not handed out.
        pool_pre_ping=True,
        # Statements are logged with their errors; passwords and bodies are not.
        hide_parameters=True,
    )


def make_sessions(engine: AsyncEngine) -> Sessions:
    # A row that was read stays readable after a commit, as at a login.
    return async_sessionmaker(engine, expire_on_commit=False)


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Commit when the endpoint returns, roll back when it raises."""
    sessions: Sessions = request.app.state.sessions
    async with sessions.begin() as session:
        yield session
