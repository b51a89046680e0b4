# Generated from solutions/blog/pagination.py by nox -s starter: edit that file.
# Digest of the lines below: 5d6dc58fa8490b46
"""Keyset pages: a cursor says after which row the next page starts."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from given.errors import InvalidCursor

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
    return base64.urlsafe_b64encode(position.model_dump_json().encode()).decode()


def decode_cursor(cursor: str) -> Position:
    try:
        # Strictly: Python's decoder skips characters that it does not know.
        decoded = base64.b64decode(cursor, altchars=b"-_", validate=True)
        return Position.model_validate_json(decoded)
    except ValueError as error:  # Pydantic's and base64's errors are ValueErrors.
        raise InvalidCursor from error


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
    # One row more than asked for tells whether there is a next page: no COUNT.
    rows: list[T] = list(await session.scalars(query.limit(limit + 1)))
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], encode_cursor(position_of(rows[limit - 1])))
