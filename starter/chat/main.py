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
    async with open_database(app):
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.read()
    return make_app(Path(__file__).parent, settings, lifespan, ROUTERS)
