"""Puts the shop together; the lifespan owns everything that must be closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from given.app import make_app
from given.startup import open_database
from shop.routers import discounts, orders, products
from shop.settings import Settings
from shop.sweeper import sweeping


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with (
        open_database(app) as sessions,
        # One client for all: it keeps its connections. Time limits are the callers'.
        httpx.AsyncClient(timeout=None) as app.state.http,
        sweeping(sessions),
    ):
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    routers = (products.router, discounts.router, orders.router)
    settings = settings or Settings.read()
    return make_app(Path(__file__).parent, settings, lifespan, routers)
