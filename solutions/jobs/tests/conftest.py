"""A database and an app per process; each test has a queue of its own in it."""

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from jobs import main
from jobs.settings import Settings

PASSWORD = "correct horse"
ADMIN = "admin@example.org"
Serve = Callable[..., contextlib.AbstractAsyncContextManager[AsyncClient]]
Until = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]
NewDatabase = Callable[[], contextlib.AbstractContextManager[Engine]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def new_database() -> NewDatabase:
    """Make an empty database, and drop it in the end."""

    @contextlib.contextmanager
    def make() -> Iterator[Engine]:
        url = make_url(os.environ["DATABASE_URL"])
        # A random name: no other worker and no other run of the tests has it.
        name = f"jobs_test_{uuid.uuid4().hex}"
        server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
            engine = create_engine(url.set(database=name))
            try:
                yield engine
            finally:
                engine.dispose()
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    return make


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision with the migrations that production runs."""
    config = Config()
    folder = Path(str(main.__file__)).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture(scope="session")
def db(new_database: NewDatabase) -> Iterator[Engine]:
    with new_database() as engine:
        migrate(engine)
        yield engine


@pytest.fixture(scope="session")
def serve(db: Engine) -> Serve:
    """Start an app on the database; `url` names another one."""

    @contextlib.asynccontextmanager
    async def start(url: str = "", **options: Any) -> AsyncIterator[AsyncClient]:
        options |= {
            "database_url": url or db.url.render_as_string(hide_password=False),
            "jwt_secret": os.environ["JWT_SECRET"],
            "admin_email": ADMIN,
            "admin_password": PASSWORD,
        }
        # Whoever tests the worker asks for one.
        app = main.create_app(Settings(**{"worker_concurrency": 0, **options}))
        # A bug in the app is a 500 to its clients; the tests see what they see.
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            form = {"username": ADMIN, "password": PASSWORD}
            reply = await client.post("/v1/auth/token", data=form)
            token = reply.json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client

    return start


@pytest.fixture(scope="session")
async def client(serve: Serve) -> AsyncIterator[AsyncClient]:
    """An admin, who may do everything."""
    async with serve(backoff_base_s=100, backoff_max_s=300) as client:
        yield client


@pytest.fixture
def queue() -> str:
    return f"q-{uuid.uuid4().hex[:16]}"


@pytest.fixture
def hand_in(client: AsyncClient, queue: str) -> Callable[..., Awaitable[Any]]:
    async def post(**fields: Any) -> Any:
        data = {"kind": "test", "payload": {}, "queue": queue} | fields
        reply = await client.post("/v1/jobs", json=data)
        assert reply.status_code in (200, 202), reply.text
        return reply.json()

    return post


@pytest.fixture
def lease(client: AsyncClient, queue: str) -> Callable[..., Awaitable[Any]]:
    async def post(**fields: Any) -> Any:
        data = {"worker_id": "w", "queues": [queue]} | fields
        reply = await client.post("/v1/leases", json=data)
        assert reply.status_code == 200, reply.text
        return reply.json()["items"]

    return post


@pytest.fixture
def tell(client: AsyncClient) -> Callable[..., Awaitable[Response]]:
    """A worker's heartbeat, complete or fail."""

    async def post(what: str, item: Any, **fields: Any) -> Response:
        data = {"lease_token": item["lease_token"]} | fields
        return await client.post(f"/v1/jobs/{item['job']['id']}/{what}", json=data)

    return post


@pytest.fixture
def show(client: AsyncClient) -> Callable[[Any], Awaitable[Any]]:
    async def get(job: Any) -> Any:
        return (await client.get(f"/v1/jobs/{job['id']}")).json()

    return get


@pytest.fixture
def set_back(db: Engine) -> Callable[[str, str], Awaitable[None]]:
    """Let a time of all jobs of a queue be over, instead of waiting for it."""

    def update(queue: str, column: str) -> None:
        past = "clock_timestamp() - interval '1 second'"
        statement = f"UPDATE jobs SET {column} = {past} WHERE queue = :queue"
        with db.begin() as connection:
            connection.execute(text(statement), {"queue": queue})

    async def run(queue: str, column: str) -> None:
        # In a thread: an app that sweeps may hold a row, and must be able to go on.
        await asyncio.to_thread(update, queue, column)

    return run


@pytest.fixture(scope="session")
def until() -> Until:
    """Look again and again until there is something, and at most for 10 s."""

    async def wait(look: Callable[[], Awaitable[Any]]) -> Any:
        for _ in range(500):
            if found := await look():
                return found
            await asyncio.sleep(0.02)
        raise AssertionError("it never came")

    return wait


@pytest.fixture
def race(db: Engine) -> Callable[..., Awaitable[list[Response]]]:
    """Hold a lock until all requests wait for it or are done, then let them go."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    async def run(
        lock: str, *requests: Coroutine[Any, Any, Response]
    ) -> list[Response]:
        # Autocommit: inside a transaction, every query would see the same moment.
        watching = db.execution_options(isolation_level="AUTOCOMMIT")
        with db.begin() as holder, watching.connect() as watcher:
            # In a thread: a transaction of this loop must be able to end meanwhile.
            await asyncio.to_thread(holder.execute, text(lock))
            tasks = [asyncio.create_task(request) for request in requests]
            for _ in range(200):
                await asyncio.sleep(0.01)
                done = sum(task.done() for task in tasks)
                if done + (watcher.scalar(waiting) or 0) >= len(tasks):
                    break
        return await asyncio.gather(*tasks)

    return run
