"""Reads: functions that return a Select, and the pages of a history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from chat.models import Membership, Message, Room
from given.pagination import Position


def rooms_for(user_id: int) -> Select[Room]:
    """The rooms that a user may see, each with the user's role in it."""
    mine = (Membership.room_id == Room.id) & (Membership.user_id == user_id)
    return (
        select(Room)
        .outerjoin(Membership, mine)
        .where(or_(Room.kind == "public", Membership.user_id.is_not(None)))
        .options(with_expression(Room.role, Membership.role))
    )


def newest_rooms(user_id: int, start: Position | None) -> Select[Room]:
    query = rooms_for(user_id).order_by(Room.created_at.desc(), Room.id.desc())
    if start is None:
        return query
    return query.where(tuple_(Room.created_at, Room.id) < (start.at, start.id))


def room_seen_by(user_id: int, room_id: int) -> Select[Room]:
    return rooms_for(user_id).where(Room.id == room_id)


def last_seq_for_member(room_id: int, user_id: int) -> Select[int]:
    """The room's newest number; no row if the user is not its member."""
    return (
        select(Room.last_seq)
        .join(Membership, Membership.room_id == Room.id)
        .where(Room.id == room_id, Membership.user_id == user_id)
    )


def members_among(room_id: int, user_ids: Sequence[int]) -> Select[int]:
    return select(Membership.user_id).where(
        Membership.room_id == room_id, Membership.user_id.in_(user_ids)
    )


def messages_after(room_id: int, seq: int) -> Select[Message]:
    return (
        select(Message)
        .where(Message.room_id == room_id, Message.seq > seq)
        .order_by(Message.seq)
    )


def messages_before(room_id: int, seq: int | None) -> Select[Message]:
    """The newest first."""
    query = select(Message).where(Message.room_id == room_id)
    if seq is not None:
        query = query.where(Message.seq < seq)
    return query.order_by(Message.seq.desc())


def message_by_client_id(
    room_id: int, author_id: int, client_msg_id: str
) -> Select[Message]:
    return select(Message).where(
        Message.room_id == room_id,
        Message.author_id == author_id,
        Message.client_msg_id == client_msg_id,
    )


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
    forward = after is not None
    query = (
        messages_after(room_id, after or 0)
        if forward
        else messages_before(room_id, before)
    )
    # One row more than asked for tells whether there is more: no COUNT.
    rows = list(await session.scalars(query.limit(limit + 1)))
    items = rows[:limit]
    return History(items if forward else items[::-1], len(rows) > limit)
