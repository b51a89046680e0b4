from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from given.startup import open_database


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Stage 6 starts a worker in here, stage 8 a Wakeup.
    app.state.wakeup = None
    async with open_database(app):
        yield
