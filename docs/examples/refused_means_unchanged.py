"""A test that looks whether a refused request really changed nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import pytest
from fastapi import FastAPI, Header, HTTPException
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel


@dataclass
class Note:
    title: str
    version: int = 1


class NoteIn(BaseModel):
    title: str


def create_app(*, writes_too_early: bool = False) -> FastAPI:
    """An app with one note; with `writes_too_early`, the bug that the test finds."""
    app, note = FastAPI(), Note("Draft")

    @app.get("/note")
    async def read() -> Note:
        return note

    @app.patch("/note")
    async def edit(data: NoteIn, if_match: Annotated[str, Header()]) -> Note:
        if writes_too_early:
            note.title = data.title
        if if_match != f'"{note.version}"':
            raise HTTPException(412)
        note.title, note.version = data.title, note.version + 1
        return note

    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with client_of(create_app()) as client:
        yield client


def client_of(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


# --8<-- [start:test]
async def test_a_stale_version_changes_nothing(client: AsyncClient) -> None:
    seen_by_both = {"If-Match": '"1"'}
    await client.patch("/note", json={"title": "First"}, headers=seen_by_both)

    late = await client.patch("/note", json={"title": "Second"}, headers=seen_by_both)

    assert late.status_code == 412
    assert (await client.get("/note")).json()["title"] == "First"


# --8<-- [end:test]


async def test_it_catches_an_app_that_writes_too_early() -> None:
    async with client_of(create_app(writes_too_early=True)) as broken:
        with pytest.raises(AssertionError, match="'Second' == 'First'"):
            await test_a_stale_version_changes_nothing(broken)
