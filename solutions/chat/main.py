"""Puts the app together; the lifespan owns everything that must be closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import Gauge

from chat.bus import make_bus
from chat.hub import Hub
from chat.limits import RateLimit
from chat.routers import messages, page, rooms, ws
from chat.settings import Settings
from given.app import make_app
from given.startup import open_database

ROUTERS = (page.router, rooms.router, messages.router, ws.router)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with open_database(app) as sessions:
        app.state.hub = hub = Hub(
            sessions,
            recovery_max=settings.recovery_max,
            presence_grace_s=settings.presence_grace_s,
        )
        app.state.limit = RateLimit(settings.rate_per_s)
        app.state.bus = bus = make_bus(settings, hub)
        async with bus.listening():
            yield
        hub.presence.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.read()
    app = make_app(Path(__file__).parent, settings, lifespan, ROUTERS)
    app.state.open_sockets = Gauge(
        "ws_connections",
        "WebSocket connections that are open.",
        registry=app.state.metrics.registry,
    )
    return app
