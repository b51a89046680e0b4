"""What the checks of the chat share: sockets, a fourth person, an older database."""

from collections.abc import AsyncIterator, Iterator

import pytest

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.sockets import Connect, connecting
from grader.services.valkey import open_valkey
from tests.chat.legacy import Legacy, migrated


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Open a WebSocket as somebody: `connect(alice, compression=True)`."""
    async with connecting() as connect:
        yield connect


@pytest.fixture
def carol(world: World, server: Server) -> Client:
    return world.somebody(server, "carol")


@pytest.fixture(scope="module")
async def legacy(world: World) -> AsyncIterator[Legacy]:
    """300 messages written at revision 0001, then upgraded to head."""
    found = await migrated(world)
    yield found
    await found.database.close()


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Valkey, started when the first check asks for it."""
    with open_valkey() as url:
        yield url
