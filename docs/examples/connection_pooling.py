"""A connection held across a slow call starves everyone; one given back does not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

app = FastAPI()


class Gateway:
    """A payment service that answers when the test lets it."""

    def __init__(self) -> None:
        self.called, self.answer = asyncio.Event(), asyncio.Event()

    async def charge(self, amount: int) -> None:
        self.called.set()
        await self.answer.wait()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as session:
        yield session


def get_gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
GatewayDep = Annotated[Gateway, Depends(get_gateway)]


@app.get("/products")
async def list_products(session: SessionDep) -> list[int]:
    return list(await session.scalars(text("SELECT 1")))


# --8<-- [start:held]
@app.post("/held/pay")
async def pay_holding(session: SessionDep, gateway: GatewayDep) -> None:
    amount = await session.scalar(text("SELECT 100"))  # Takes a connection …
    await gateway.charge(amount)  # … and keeps it while another machine thinks.


# --8<-- [end:held]


# --8<-- [start:mend]
@app.post("/pay")
async def pay(request: Request, gateway: GatewayDep) -> None:
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions.begin() as session:
        amount = await session.scalar(text("SELECT 100"))
    await gateway.charge(amount)  # No connection, no transaction, no lock.
    async with sessions.begin() as session:
        await session.execute(text("SELECT 'paid'"))


# --8<-- [end:mend]


# --8<-- [start:busy]
@app.exception_handler(PoolTimeout)
async def on_pool_timeout(_: Request, error: PoolTimeout) -> JSONResponse:
    return JSONResponse({"code": "database_busy"}, 503, {"Retry-After": "1"})


# --8<-- [end:busy]


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[AsyncClient]:
    # --8<-- [start:engine]
    engine = create_async_engine(
        database_url, pool_size=1, max_overflow=0, pool_timeout=0.2
    )
    # --8<-- [end:engine]
    app.state.sessions = async_sessionmaker(engine)
    app.state.gateway = Gateway()
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await engine.dispose()


async def list_while_paying(client: AsyncClient, path: str) -> tuple[int, int]:
    gateway: Gateway = app.state.gateway
    payment = asyncio.create_task(client.post(path))
    await gateway.called.wait()
    listing = await client.get("/products")
    gateway.answer.set()
    return listing.status_code, (await payment).status_code


async def test_a_held_connection_starves_the_others(client: AsyncClient) -> None:
    assert await list_while_paying(client, "/held/pay") == (503, 200)


async def test_a_connection_given_back_serves_them(client: AsyncClient) -> None:
    assert await list_while_paying(client, "/pay") == (200, 200)


async def test_the_reset_is_a_rollback_and_no_more(database_url: str) -> None:
    engine = create_async_engine(database_url, pool_size=1, max_overflow=0)
    async with engine.begin() as connection:
        await connection.execute(text("LISTEN news"))
    async with engine.connect() as stranger:
        channels = await stranger.scalars(text("SELECT pg_listening_channels()"))
        assert channels.all() == ["news"]
    await engine.dispose()
