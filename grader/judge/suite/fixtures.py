"""What hidden suites may ask for by name."""

from collections.abc import AsyncIterator, Callable

import pytest

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks.failures import AppDown, CheckFailed
from grader.judge.database import Database

RESTARTS = 3
Start = Callable[..., Server]


class Fixtures:
    """A plugin object, so that the fixtures know their world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @pytest.fixture(scope="session", autouse=True)
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture(scope="module")
    async def shared(self) -> AsyncIterator["Shared"]:
        shared = Shared(self._world)
        yield shared
        await shared.close()

    @pytest.fixture
    async def server(self, shared: "Shared") -> Server:
        """The stage's own server; started again when an earlier check crashed it."""
        return shared.running()

    @pytest.fixture
    def db(self, server: Server) -> Database:
        """The database of `server`."""
        return server.database

    @pytest.fixture
    async def start(self) -> AsyncIterator[Start]:
        """Start a server on a database of its own: `start(DB_POOL_SIZE="1")`.

        A setting of None is left out.
        """
        started: list[Server] = []

        def start(database: Database | None = None, **settings: str | None) -> Server:
            server = self._world.server(database or self._world.fresh(), **settings)
            started.append(server)
            if settings:
                chosen = ", ".join(f"{k}={v or ''}" for k, v in settings.items())
                server.database.note("settings", settings=chosen)
            server.start()
            return server

        yield start
        for server in started:
            await server.close()

    @pytest.fixture(scope="session")
    def world(self) -> World:
        """The whole problem: for checks of migrations and of learners' tests."""
        return self._world

    @pytest.fixture
    def alice(self, server: Server) -> Client:
        return self._world.somebody(server, "alice")

    @pytest.fixture
    def bob(self, server: Server) -> Client:
        return self._world.somebody(server, "bob")

    @pytest.fixture
    def admin(self, server: Server) -> Client:
        return self._world.somebody(server, "admin")

    @pytest.fixture
    def anonymous(self, server: Server) -> Client:
        return server.client()


class Shared:
    """The server that the checks of a stage share, restarted within a budget."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._server: Server | None = None
        self._starts = 0
        self._failure: CheckFailed | None = None

    def running(self) -> Server:
        if self._server is not None and self._server.alive:
            return self._server
        if self._failure is not None:
            # The same code starts the same way: do not wait for it again.
            raise self._failure
        self._starts += 1
        if self._starts > RESTARTS + 1:
            raise AppDown("restarts", expected=f"≤ {RESTARTS}")
        if self._server is None:
            self._server = self._world.server(self._world.fresh())
        try:
            self._server.start()
        except CheckFailed as failure:
            self._failure = failure
            raise
        return self._server

    async def close(self) -> None:
        if self._server is not None:
            await self._server.close()
