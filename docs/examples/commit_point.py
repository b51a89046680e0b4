"""When a session commits: after the answer has left, or before."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

app = FastAPI()


# --8<-- [start:late]
async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as session:
        yield session
    # The commit happens here, when the endpoint has long returned.


LateDep = Annotated[AsyncSession, Depends(open_session)]


@app.post("/late/{name}", status_code=201)
async def register_late(session: LateDep, name: str) -> None:
    await session.execute(text("INSERT INTO users VALUES (:name)"), {"name": name})


# --8<-- [end:late]


# --8<-- [start:mend]
SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]


@app.post("/users/{name}", status_code=201)
async def register(session: SessionDep, name: str) -> None:
    await session.execute(text("INSERT INTO users VALUES (:name)"), {"name": name})


# --8<-- [end:mend]


# --8<-- [start:deferred]
TABLE = "CREATE TABLE users (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)"
# --8<-- [end:deferred]


@pytest.fixture
async def client(
    engine: AsyncEngine, sessions: async_sessionmaker[AsyncSession]
) -> AsyncIterator[AsyncClient]:
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
        await connection.execute(text("INSERT INTO users VALUES ('ada')"))
    app.state.sessions = sessions
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def count_users(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(text("SELECT FROM users"))).rowcount


async def test_a_late_commit_fails_after_the_client_was_told_201(
    client: AsyncClient, engine: AsyncEngine
) -> None:
    assert (await client.post("/late/ada")).status_code == 201
    assert await count_users(engine) == 1  # The second ada was never stored.


async def test_an_early_commit_tells_the_truth(
    client: AsyncClient, engine: AsyncEngine
) -> None:
    assert (await client.post("/users/ada")).status_code == 500
    assert (await client.post("/users/bob")).status_code == 201
    assert await count_users(engine) == 2
