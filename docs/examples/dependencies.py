"""One request, one session: how two come about, and a test that no route is open."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

app = FastAPI()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]


# --8<-- [start:two]
async def load_user_apart(
    # From an older file: the same function, without the scope.
    session: Annotated[AsyncSession, Depends(open_session)],
) -> str:
    return str(await session.scalar(text("SELECT 'ada'")))


@app.get("/two")
async def show_two(
    session: SessionDep, user: Annotated[str, Depends(load_user_apart)]
) -> int:
    return await session.scalar(text("SELECT 1")) or 0


# --8<-- [end:two]


# --8<-- [start:mend]
async def load_user(session: SessionDep, request: Request) -> str:
    if "Authorization" not in request.headers:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return str(await session.scalar(text("SELECT 'ada'")))


UserDep = Annotated[str, Depends(load_user)]


@app.post("/posts")
async def write_post(session: SessionDep, user: UserDep) -> int:
    return await session.scalar(text("SELECT 1")) or 0


# --8<-- [end:mend]


@app.delete("/posts/{post_id}")
async def delete_post(session: SessionDep, post_id: int) -> None:
    """The route that somebody wrote on a Friday."""


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[AsyncClient]:
    engine = create_async_engine(
        database_url, pool_size=1, max_overflow=0, pool_timeout=0.2
    )
    app.state.sessions = async_sessionmaker(engine)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await engine.dispose()


async def test_two_scopes_are_two_sessions(client: AsyncClient) -> None:
    assert (await client.get("/two")).status_code == 500  # It waits for itself.


async def test_one_alias_is_one_session(client: AsyncClient) -> None:
    login = {"Authorization": "Bearer ada"}
    assert (await client.post("/posts", headers=login)).status_code == 200


# --8<-- [start:open]
async def open_writes(client: AsyncClient) -> list[str]:
    """The writes that do not ask a stranger who he is."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        for method in methods.keys() - {"get"}:
            reply = await client.request(method, path.replace("{post_id}", "1"))
            if reply.status_code != 401:
                found.append(f"{method} {path}")
    return found


# --8<-- [end:open]


async def test_a_forgotten_guard_is_found(client: AsyncClient) -> None:
    assert await open_writes(client) == ["delete /posts/{post_id}"]
