"""Writes: functions that take a session first, and leave the commit to others."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from chat import queries
from chat.errors import LastOwner
from chat.models import Membership, Message, Room
from chat.schemas import MessageIn, RoomIn
from given.errors import NotFound
from given.models import User
from given.unwritten import NotWritten


async def create_room(session: AsyncSession, user_id: int, data: RoomIn) -> Room:
    raise NotWritten(1)


async def join_room(session: AsyncSession, user_id: int, room_id: int) -> Room:
    raise NotWritten(1)


async def set_member(
    session: AsyncSession, room_id: int, user_id: int, role: str
) -> Membership:
    raise NotWritten(1)


async def remove_member(session: AsyncSession, room_id: int, user_id: int) -> None:
    raise NotWritten(1)


async def add_message(
    session: AsyncSession, room_id: int, author_id: int, data: MessageIn
) -> tuple[Message, bool]:
    """The message, and whether it is new: one that was sent before is not stored."""
    raise NotWritten(4)


async def move_read_marker(
    session: AsyncSession, membership: Membership, seq: int
) -> Membership:
    """Move it forward, never back, and not beyond the newest message."""
    raise NotWritten(5)
