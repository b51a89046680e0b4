"""A migrated database and an app for all tests, people, rooms, and tabs that listen."""

import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from httpx2.websockets import ASGIWebSocketTransport
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from chat import main
from chat.settings import Settings

from .speaking import SECONDS, App, Person

PASSWORD = "correct horse"
NAMES = ("ann", "ben", "cai")
# Everything soon, nothing limited, where a test does not ask for it.
QUICK = {"presence_grace_s": 0.1, "rate_per_s": 1e6}


Serve = Callable[..., AbstractAsyncContextManager[App]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def migrate(engine: Engine, revision: str = "head") -> None:
    config = Config()
    folder = Path(str(main.__file__)).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextlib.contextmanager
def new_database() -> Iterator[Engine]:
    """An empty database with a name that nobody else has; dropped in the end."""
    url = make_url(os.environ["DATABASE_URL"])
    name = f"chat_test_{uuid.uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        engine = create_engine(url.set(database=name))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def db() -> Iterator[Engine]:
    with new_database() as engine:
        migrate(engine)
        yield engine


def settings_for(db: Engine, **options: Any) -> Settings:
    url = db.url.render_as_string(hide_password=False)
    given = {"database_url": url, "jwt_secret": os.environ["JWT_SECRET"]}
    return Settings(**{**given, **QUICK, **options})


@contextlib.asynccontextmanager
async def spoken_to(app: FastAPI) -> AsyncIterator[App]:
    # Made in the test's own task and left in reverse order, as its scopes demand.
    transport = ASGIWebSocketTransport(
        app, raise_app_exceptions=False, initial_receive_timeout=SECONDS
    )
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
        AsyncExitStack() as sockets,
    ):
        yield App(client, sockets)


@pytest.fixture(scope="session")
def serve(db: Engine) -> Serve:
    """Start an app on the database, with settings of its own."""

    @contextlib.asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[App]:
        app = main.create_app(settings_for(db, **options))
        async with app.router.lifespan_context(app), spoken_to(app) as spoken:
            yield spoken

    return start


@pytest.fixture(scope="session")
async def running(db: Engine) -> AsyncIterator[FastAPI]:
    app = main.create_app(settings_for(db))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def app(running: FastAPI) -> AsyncIterator[App]:
    """The app that all tests share."""
    async with spoken_to(running) as spoken:
        yield spoken


async def enter(app: App, name: str) -> Person:
    """Register, if need be, and log in."""
    email = f"{name}@example.org"
    account = {"email": email, "name": name, "password": PASSWORD}
    await app.client.post("/v1/auth/register", json=account)
    form = {"username": email, "password": PASSWORD}
    reply = await app.client.post("/v1/auth/token", data=form)
    person = Person("", reply.json()["access_token"])
    me = await app.call(person, "GET", "/me")
    return Person(me.json()["id"], person.token)


@pytest.fixture(scope="session")
async def people(running: FastAPI) -> dict[str, Person]:
    # Hashing is slow on purpose, so all tests share these people.
    async with spoken_to(running) as app:
        return {name: await enter(app, name) for name in NAMES}


@pytest.fixture
def ann(people: dict[str, Person]) -> Person:
    return people["ann"]


@pytest.fixture
def ben(people: dict[str, Person]) -> Person:
    return people["ben"]


@pytest.fixture
def cai(people: dict[str, Person]) -> Person:
    return people["cai"]


@pytest.fixture
async def room(app: App, ann: Person, ben: Person) -> str:
    """A public room of Ann's, with Ben in it."""
    return await app.make_room(ann, ben)
