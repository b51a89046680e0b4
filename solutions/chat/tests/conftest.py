"""A migrated database and an app for all tests, people, rooms, and tabs that listen."""

import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from alembic import command
from alembic.config import Config
from httpx2.websockets import ASGIWebSocketTransport, WebSocketDisconnect
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from chat import main
from chat.settings import Settings

PASSWORD = "correct horse"
NAMES = ("ann", "ben", "cai")
SECONDS = 5
# Everything soon, nothing limited, where a test does not ask for it.
QUICK = {"presence_grace_s": 0.1, "rate_per_s": 1e6}

Serve = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]
Frame = dict[str, Any]


class Person:
    """Somebody with a token, who talks to one app."""

    def __init__(self, client: httpx2.AsyncClient, token: str, user_id: str) -> None:
        self.client, self.token, self.id = client, token, user_id
        self.headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, **json: Any) -> httpx2.Response:
        data: dict[str, Any] = (
            {"json": json} if method in ("POST", "PUT") else {"params": json}
        )
        url = f"/v1{path}"
        return await self.client.request(method, url, headers=self.headers, **data)


class Tab:
    """A socket that can wait for the frame that a test names."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.unread: list[Frame] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, **fields})

    async def send_raw(self, data: str | bytes) -> None:
        send = self._socket.send_text if isinstance(data, str) else None
        await (send or self._socket.send_bytes)(data)

    async def next(self, kind: str, **fields: Any) -> Frame:
        """The first frame of this type with these fields; others stay unread."""
        wanted = {"type": kind, **fields}
        while True:
            for frame in self.unread:
                if wanted.items() <= frame.items():
                    self.unread.remove(frame)
                    return frame
            self.unread.append(await self._socket.receive_json(timeout=SECONDS))

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Send a frame with a `ref`, and wait for what answers it."""
        ref = uuid.uuid4().hex
        await self.send(kind, ref=ref, **fields)
        while True:
            for frame in self.unread:
                if frame.get("ref") == ref:
                    self.unread.remove(frame)
                    return frame
            self.unread.append(await self._socket.receive_json(timeout=SECONDS))

    async def say(self, room: str, **fields: Any) -> Frame:
        message = {"client_msg_id": uuid.uuid4().hex, "body": "Hello", **fields}
        return await self.ask("send", room_id=room, **message)

    async def seqs(self) -> list[int]:
        """The numbers of the messages that have come so far."""
        # "Nothing more comes" cannot be waited for, but an answer to a ping can.
        await self.ask("ping")
        found = [f["seq"] for f in self.unread if f["type"] == "message"]
        self.unread = [f for f in self.unread if f["type"] != "message"]
        return found

    async def close(self) -> None:
        await self._socket.close()

    async def closed(self) -> int:
        """The code with which the server closes."""
        try:
            while True:
                await self._socket.receive_json(timeout=SECONDS)
        except WebSocketDisconnect as end:
            return int(end.code)


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


@pytest.fixture(scope="session")
def serve(db: Engine) -> Serve:
    """Start an app on the database, with settings of its own."""

    @contextlib.asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[httpx2.AsyncClient]:
        url = db.url.render_as_string(hide_password=False)
        secret = os.environ["JWT_SECRET"]
        settings = Settings(
            **{"database_url": url, "jwt_secret": secret, **QUICK, **options}
        )
        app = main.create_app(settings)
        transport = ASGIWebSocketTransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            yield client

    return start


@pytest.fixture(scope="session")
async def client(serve: Serve) -> AsyncIterator[httpx2.AsyncClient]:
    async with serve() as client:
        yield client


@pytest.fixture(scope="session")
async def enter() -> Callable[[httpx2.AsyncClient, str], Awaitable[Person]]:
    """Register, if need be, and log in."""

    async def enter(client: httpx2.AsyncClient, name: str) -> Person:
        email = f"{name}@example.org"
        account = {"email": email, "name": name, "password": PASSWORD}
        await client.post("/v1/auth/register", json=account)
        form = {"username": email, "password": PASSWORD}
        token = (await client.post("/v1/auth/token", data=form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        me = await client.get("/v1/me", headers=headers)
        return Person(client, token, me.json()["id"])

    return enter


@pytest.fixture(scope="session")
async def people(client: httpx2.AsyncClient, enter: Any) -> dict[str, Person]:
    # Hashing is slow on purpose, so all tests share these people.
    return {name: await enter(client, name) for name in NAMES}


@pytest.fixture
def ann(people: dict[str, Person]) -> Person:
    return people["ann"]


@pytest.fixture
def ben(people: dict[str, Person]) -> Person:
    return people["ben"]


@pytest.fixture
def cai(people: dict[str, Person]) -> Person:
    return people["cai"]


async def make_room(owner: Person, *members: Person, kind: str = "public") -> str:
    reply = await owner.call("POST", "/rooms", name="A room", kind=kind)
    room = str(reply.json()["id"])
    for member in members:
        added = await owner.call("PUT", f"/rooms/{room}/members/{member.id}")
        assert added.status_code == 200
    return room


@pytest.fixture
async def room(ann: Person, ben: Person) -> str:
    """A public room of Ann's, with Ben in it."""
    return await make_room(ann, ben)


Open = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def connect() -> AsyncIterator[Open]:
    """Open a tab as somebody: with their token, unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def connect(person: Person, *rooms: str, auth: bool = True) -> Tab:
            url = "ws://test/v1/ws"
            socket = await stack.enter_async_context(person.client.websocket(url))
            tab = Tab(socket)
            if auth:
                ready = await tab.ask("auth", token=person.token)
                assert ready["type"] == "ready"
            for room in rooms:
                answer = await tab.ask("subscribe", room_id=room)
                assert answer["type"] == "subscribed"
            return tab

        yield connect
