"""Keyset pages: a cursor says after which row the next page starts."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.errors import InvalidCursor
from blog.unwritten import NotWritten

T = TypeVar("T")


class Position(BaseModel):
    """A place in a list sorted by time; the id parts the rows of one instant."""

    at: AwareDatetime
    id: int = Field(ge=1, lt=2**63)


@dataclass
class Page(Generic[T]):
    items: list[T]
    next_cursor: str | None


def encode_cursor(position: Position) -> str:
    raise NotWritten(4)


def decode_cursor(cursor: str) -> Position:
    raise NotWritten(4)


@dataclass
class PageIn:
    limit: int
    start: Position | None


async def read_page(
    limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: str | None = None
) -> PageIn:
    """The query parameters of a list."""
    return PageIn(limit, None if cursor is None else decode_cursor(cursor))


async def fetch_page(
    session: AsyncSession,
    query: Select[Any],
    limit: int,
    position_of: Callable[[T], Position],
) -> Page[T]:
    raise NotWritten(4)
