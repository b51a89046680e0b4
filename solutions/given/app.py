"""Puts a service together from given parts and its own routers."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError

from given import unions
from given.errors import add_error_handlers
from given.logs import configure_logging
from given.metrics import Metrics
from given.middleware import RequestTrail
from given.routers import auth, health, users
from given.settings import Settings

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
    app.state.schema_head = health.schema_head(package)
    app.add_middleware(RequestTrail, metrics=app.state.metrics)
    add_error_handlers(app)
    app.exception_handler(RequestValidationError)(unions.on_invalid_request)
    for router in (auth.router, users.router, *routers, health.router):
        app.include_router(router)
    return app
