"""A database and an app per process, and no row left from the test before."""

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
from sqlalchemy import Engine, NullPool, create_engine, event, make_url, text

from blog import main
from blog.settings import Settings

PASSWORD = "correct horse"
EMAILS = {name: f"{name}@example.org" for name in ("author", "other", "admin")}
CLEAN = """
    SET LOCAL lock_timeout = '3s';
    DELETE FROM comments; DELETE FROM post_tags; DELETE FROM posts; DELETE FROM tags;
    DELETE FROM users WHERE email NOT LIKE '%@example.org';
    UPDATE users SET role = 'user' WHERE email <> 'admin@example.org';
"""

Headers = dict[str, str]
NewDatabase = Callable[[], contextlib.AbstractContextManager[Engine]]
Migrate = Callable[..., None]
Serve = Callable[..., contextlib.AbstractAsyncContextManager[AsyncClient]]


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
        name = f"blog_test_{uuid.uuid4().hex}"
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


@pytest.fixture(scope="session")
def migrate() -> Migrate:
    """Bring a database to a revision with the migrations that production runs."""

    def run(engine: Engine, revision: str = "head") -> None:
        folder = Path(str(main.__file__)).parent / "migrations"
        config = Config()
        config.set_main_option("script_location", str(folder))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    return run


@pytest.fixture(scope="session")
def database(new_database: NewDatabase, migrate: Migrate) -> Iterator[Engine]:
    with new_database() as engine:
        migrate(engine)
        yield engine


@pytest.fixture(autouse=True)
def db(database: Engine) -> Engine:
    """The app's database, emptied before each test."""
    with database.begin() as connection:
        connection.execute(text(CLEAN))
    return database


@pytest.fixture(scope="session")
def serve(database: Engine) -> Serve:
    """Start an app on the database, with settings of its own."""

    @contextlib.asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[AsyncClient]:
        url = database.url.render_as_string(hide_password=False)
        options |= {"database_url": url, "jwt_secret": os.environ["JWT_SECRET"]}
        app = main.create_app(Settings(**options))
        # A bug in the app is a 500 to its clients; the tests see what they see.
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            yield client

    return start


@pytest.fixture(scope="session")
async def client(serve: Serve) -> AsyncIterator[AsyncClient]:
    # Shared by the tests, so nothing may be cached from one test to the next.
    async with serve(cache_ttl_s=0.001) as client:
        yield client


@pytest.fixture(scope="session")
async def people(serve: Serve) -> dict[str, Headers]:
    """Headers by name. Hashing is slow on purpose, so all tests share the users."""
    admin = {"admin_email": EMAILS["admin"], "admin_password": PASSWORD}

    async def enter(client: AsyncClient, name: str, email: str) -> Headers:
        account = {"email": email, "name": name, "password": PASSWORD}
        if name != "admin":
            await client.post("/v1/auth/register", json=account)
        form = {"username": email, "password": PASSWORD}
        reply = await client.post("/v1/auth/token", data=form)
        return {"Authorization": f"Bearer {reply.json()['access_token']}"}

    async with serve(**admin) as client:
        entries = [enter(client, name, email) for name, email in EMAILS.items()]
        headers = await asyncio.gather(*entries)
    return dict(zip(EMAILS, headers, strict=True)) | {"anonymous": {}}


@pytest.fixture
def author(people: dict[str, Headers]) -> Headers:
    return people["author"]


@pytest.fixture
def write(client: AsyncClient, author: Headers) -> Callable[..., Awaitable[Any]]:
    """Write a post as `author`: published, unless the fields say otherwise."""

    async def post(**fields: Any) -> Any:
        data = {"title": "A post", "body": "Text.", "status": "published"} | fields
        reply = await client.post("/v1/posts", json=data, headers=author)
        assert reply.status_code == 201, reply.text
        return reply.json()

    return post


@pytest.fixture
def count_sql() -> Callable[[], contextlib.AbstractContextManager[list[str]]]:
    """Collect the statements that run inside a `with` block."""

    @contextlib.contextmanager
    def count() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: object, _k: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return count


@pytest.fixture
def race(db: Engine) -> Callable[..., Awaitable[list[Response]]]:
    """Hold a lock until all requests wait for it, then let them go together."""
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
            for _ in range(100):
                await asyncio.sleep(0.01)
                if watcher.scalar(waiting) == len(tasks):
                    break
        return await asyncio.gather(*tasks)

    return run
