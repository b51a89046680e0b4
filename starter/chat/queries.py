"""Reads: functions that return a Select, and the pages of a history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from chat.models import Membership, Message, Room
from given.pagination import Position
from given.unwritten import NotWritten


def rooms_for(user_id: int) -> Select[Room]:
    """The rooms that a user may see, each with the user's role in it."""
    raise NotWritten(1)


def newest_rooms(user_id: int, start: Position | None) -> Select[Room]:
    raise NotWritten(1)


def room_seen_by(user_id: int, room_id: int) -> Select[Room]:
    raise NotWritten(1)


def messages_after(room_id: int, seq: int) -> Select[Message]:
    raise NotWritten(4)


def messages_before(room_id: int, seq: int | None) -> Select[Message]:
    """The newest first."""
    raise NotWritten(4)


@dataclass
class History:
    """A page of messages, oldest first."""

    items: list[Message]
    has_more: bool


async def read_history(
    session: AsyncSession,
    room_id: int,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> History:
    raise NotWritten(4)
