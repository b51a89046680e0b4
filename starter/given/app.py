"""Puts a service together from given parts and its own routers."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from alembic.script import ScriptDirectory
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError

from given import accounts, health
from given.database import Sessions, make_engine, make_sessions
from given.errors import add_error_handlers
from given.logs import configure_logging
from given.metrics import Metrics
from given.middleware import RequestTrail
from given.settings import Settings

log = logging.getLogger(__name__)
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(
    package: Path, settings: Settings, lifespan: Lifespan, routers: Iterable[APIRouter]
) -> FastAPI:
    """The app of the service in the folder `package`, which holds its migrations."""
    configure_logging(settings.log_level)
    logging.getLogger(package.name).setLevel(settings.log_level)
    app = FastAPI(title=package.name.capitalize(), lifespan=lifespan)
    app.state.settings = settings
    app.state.metrics = Metrics()
    # The newest revision that this code knows: /readyz compares.
    head = ScriptDirectory(str(package / "migrations")).get_current_head()
    app.state.schema_head = head
    app.add_middleware(RequestTrail, metrics=app.state.metrics)
    add_error_handlers(app)
    for router in (accounts.router, *routers, health.router):
        app.include_router(router)
    return app


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
            await accounts.ensure_admin(session, settings)
    except SQLAlchemyError:
        # Start all the same: that the database is not ready is for /readyz to tell.
        log.exception("admin_not_made")
