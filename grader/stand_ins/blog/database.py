from collections.abc import AsyncIterator

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from blog.settings import Settings


def make_engine(settings: Settings) -> AsyncEngine:
    return create_async_engine(settings.database_url)


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    # As in most tutorials. When, seen from the client, does this commit happen?
    async with request.app.state.sessions() as session:
        yield session
        await session.commit()
