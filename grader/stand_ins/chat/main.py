from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI

from chat.main import ROUTERS
from chat.settings import Settings
from given.app import make_app
from given.startup import open_database


async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_database(app):
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.read()
    return make_app(Path(__file__).parent, settings, lifespan, ROUTERS)
