"""Puts the app together; the lifespan owns everything that must be closed."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from blog import services
from blog.cache import Cache
from blog.database import Sessions, make_engine, make_sessions
from blog.errors import add_error_handlers
from blog.logs import configure_logging
from blog.metrics import Metrics
from blog.middleware import RequestTrail
from blog.routers import auth, comments, health, posts, tags, users
from blog.settings import Settings

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    engine = make_engine(settings)
    app.state.sessions = sessions = make_sessions(engine)
    app.state.schema_head = health.schema_head()
    app.state.tag_cache = Cache(
        partial(tags.count_tags, sessions), settings.cache_ttl_s
    )
    try:
        make_first_admin(sessions, settings)
        yield
    finally:
        engine.dispose()


def make_first_admin(sessions: Sessions, settings: Settings) -> None:
    try:
        with sessions.begin() as session:
            services.ensure_admin(session, settings)
    except SQLAlchemyError:
        # Start all the same: that the database is not ready is for /readyz to tell.
        log.exception("admin_not_made")


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.read()
    configure_logging(settings.log_level)
    app = FastAPI(title="Blog", lifespan=lifespan)
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.add_middleware(RequestTrail, metrics=app.state.metrics)
    add_error_handlers(app)
    for module in (auth, users, posts, comments, tags, health):
        app.include_router(module.router)
    return app
