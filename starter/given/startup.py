# Generated from solutions/blog/startup.py by nox -s starter: edit that file.
# Digest of the lines below: 43b1a6ec4ab12806
"""What an app needs before its first request: a pool of connections, and an admin."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from given import services
from given.database import Sessions, make_engine, make_sessions
from given.settings import Settings

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(app: FastAPI) -> AsyncIterator[Sessions]:
    """For the lifespan: the engine while the app runs, and the first admin."""
    settings: Settings = app.state.settings
    engine = make_engine(settings)
    app.state.sessions = sessions = make_sessions(engine)
    try:
        await make_first_admin(sessions, settings)
        yield sessions
    finally:
        await engine.dispose()


async def make_first_admin(sessions: Sessions, settings: Settings) -> None:
    try:
        async with sessions.begin() as session:
            await services.ensure_admin(session, settings)
    except SQLAlchemyError:
        # Start all the same: it is /readyz that says the database is not ready.
        log.exception("admin_not_made")
