"""A migrated database, apps on it, people, and a payment service that obeys."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import Engine

from shop import main
from shop.settings import Settings
from shop.tests.databases import migrate, new_database
from shop.tests.fake_payments import FakePayments
from shop.tests.shop_client import Serve, Shop

PASSWORD = "correct horse"
EMAILS = {name: f"{name}@example.org" for name in ("buyer", "other", "admin")}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def legacy() -> Iterator[Engine]:
    """A database as it was at revision 0001."""
    with new_database() as engine:
        migrate(engine, "0001")
        yield engine


@pytest.fixture(scope="session")
def db() -> Iterator[Engine]:
    """The app's database; each test uses products and people's orders of its own."""
    with new_database() as engine:
        migrate(engine, "head")
        yield engine


@pytest.fixture(scope="session")
def payments() -> Iterator[FakePayments]:
    with FakePayments() as payments:
        yield payments


@pytest.fixture(scope="session")
def serve(db: Engine, payments: FakePayments) -> Serve:
    """Start an app on the database, with settings of its own."""

    @contextlib.asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[AsyncClient]:
        settings = Settings(
            **{
                "database_url": db.url.render_as_string(hide_password=False),
                "jwt_secret": os.environ["JWT_SECRET"],
                "payment_url": payments.url,
                "receipt_url": f"{payments.url}/receipts",
                "payment_timeout_s": 5,
                "log_level": "ERROR",
                **options,
            }
        )
        app = main.create_app(settings)
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
    admin = {"admin_email": EMAILS["admin"], "admin_password": PASSWORD}
    async with serve(**admin) as client:
        yield client


@pytest.fixture(scope="session")
async def people(client: AsyncClient) -> dict[str, dict[str, str]]:
    """Headers by name. Hashing is slow on purpose, so all tests share the users."""

    async def enter(name: str, email: str) -> dict[str, str]:
        account = {"email": email, "name": name, "password": PASSWORD}
        if name != "admin":
            await client.post("/v1/auth/register", json=account)
        form = {"username": email, "password": PASSWORD}
        reply = await client.post("/v1/auth/token", data=form)
        return {"Authorization": f"Bearer {reply.json()['access_token']}"}

    headers = await asyncio.gather(*(enter(n, e) for n, e in EMAILS.items()))
    return dict(zip(EMAILS, headers, strict=True))


@pytest.fixture
def shop(client: AsyncClient, people: dict[str, Any], db: Engine) -> Shop:
    return Shop(client, people, db)
