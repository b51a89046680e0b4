"""Puts the app together; the lifespan owns everything that must be closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from blog.cache import Cache
from blog.errors import add_error_handlers
from blog.logs import configure_logging
from blog.metrics import Metrics
from blog.middleware import RequestTrail
from blog.routers import auth, comments, health, posts, tags, users
from blog.settings import Settings
from blog.startup import open_database


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.schema_head = health.schema_head(Path(__file__).parent)
    async with open_database(app) as sessions:
        app.state.tag_cache = Cache(
            partial(tags.count_tags, sessions), settings.cache_ttl_s
        )
        yield


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
