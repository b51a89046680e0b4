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

from blog.settings import Settings

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
    return create_async_engine(settings.database_url)


def make_sessions(engine: AsyncEngine) -> Sessions:
    # A row that was read stays readable after a commit, as at a login.
    return async_sessionmaker(engine, expire_on_commit=False)


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Commit when the endpoint returns, roll back when it raises."""
    # As in most tutorials. When, seen from the client, does this commit happen?
    async with request.app.state.sessions() as session:
        yield session
        await session.commit()
