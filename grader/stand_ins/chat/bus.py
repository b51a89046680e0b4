import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from chat.hub import Hub
from chat.settings import Settings


class Bus:
    def __init__(self, hub: Hub) -> None:
        # Until stage 8 there is one process, and nothing to tell others.
        self.hub = hub

    async def enlist(self, session: AsyncSession, event: object) -> None:
        return

    async def publish(self, event: object) -> None:
        return

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        yield

    async def listen(self) -> None:
        await asyncio.Event().wait()


def make_bus(settings: Settings, hub: Hub) -> Bus:
    return Bus(hub)
