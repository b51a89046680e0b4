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


async def create_room(session: AsyncSession, user_id: int, data: RoomIn) -> Room:
    room = Room(name=data.name, kind=data.kind)
    session.add(room)
    await session.flush()
    session.add(Membership(room_id=room.id, user_id=user_id, role="owner"))
    await session.flush()
    return await read_room(session, user_id, room.id)


async def read_room(session: AsyncSession, user_id: int, room_id: int) -> Room:
    query = queries.room_seen_by(user_id, room_id)
    room = await session.scalar(query.execution_options(populate_existing=True))
    if room is None:
        raise NotFound
    return room


async def join_room(session: AsyncSession, user_id: int, room_id: int) -> Room:
    # Private rooms are seen by their members only: for all others this is the 404.
    await read_room(session, user_id, room_id)
    # Who is a member already keeps their role.
    member = upsert(Membership).values(room_id=room_id, user_id=user_id, role="member")
    await session.execute(member.on_conflict_do_nothing())
    return await read_room(session, user_id, room_id)


async def lock_room(session: AsyncSession, room_id: int) -> int:
    """Lock the row of the room until the commit; returns its newest number."""
    query = select(Room.last_seq).where(Room.id == room_id).with_for_update()
    last_seq = await session.scalar(query)
    if last_seq is None:
        raise NotFound
    return last_seq


async def keep_an_owner(session: AsyncSession, membership: Membership) -> None:
    """LastOwner if nobody else owns the room; call it with the room locked."""
    others = select(func.count()).where(
        Membership.room_id == membership.room_id,
        Membership.user_id != membership.user_id,
        Membership.role == "owner",
    )
    if membership.role == "owner" and not await session.scalar(others):
        raise LastOwner


async def set_member(
    session: AsyncSession, room_id: int, user_id: int, role: str
) -> Membership:
    if await session.get(User, user_id) is None:
        raise NotFound
    # With the room locked, changes of members happen one after another: two owners
    # cannot demote each other at the same time.
    await lock_room(session, room_id)
    membership = await session.get(
        Membership, (room_id, user_id), populate_existing=True
    )
    if membership is None:
        membership = Membership(room_id=room_id, user_id=user_id, last_read_seq=0)
        session.add(membership)
    elif role == "member":
        await keep_an_owner(session, membership)
    membership.role = role
    return membership


async def remove_member(session: AsyncSession, room_id: int, user_id: int) -> None:
    await lock_room(session, room_id)
    membership = await session.get(
        Membership, (room_id, user_id), populate_existing=True
    )
    if membership is None:
        raise NotFound
    await keep_an_owner(session, membership)
    await session.execute(
        delete(Membership).where(
            Membership.room_id == room_id, Membership.user_id == user_id
        )
    )


async def add_message(
    session: AsyncSession, room_id: int, author_id: int, data: MessageIn
) -> tuple[Message, bool]:
    """The message, and whether it is new: one that was sent before is not stored."""
    # The room stays locked until the commit, so its messages are stored one after
    # another: their numbers have no gap and become visible in order.
    last_seq = await session.scalar(
        queries.last_seq_for_member(room_id, author_id).with_for_update(of=Room)
    )
    if last_seq is None:
        raise NotFound
    message = await session.scalar(
        upsert(Message)
        .values(
            room_id=room_id,
            seq=last_seq + 1,
            author_id=author_id,
            client_msg_id=data.client_msg_id,
            body=data.body,
        )
        .on_conflict_do_nothing(constraint="uq_messages_client_msg_id")
        .returning(Message)
    )
    if message is None:
        query = queries.message_by_client_id(room_id, author_id, data.client_msg_id)
        return (await session.scalars(query)).one(), False
    await session.execute(
        update(Room).where(Room.id == room_id).values(last_seq=message.seq)
    )
    return message, True


async def move_read_marker(
    session: AsyncSession, membership: Membership, seq: int
) -> Membership:
    """Move it forward, never back, and not beyond the newest message."""
    newest = select(Room.last_seq).where(Room.id == membership.room_id)
    highest = func.greatest(
        Membership.last_read_seq, func.least(seq, newest.scalar_subquery())
    )
    # Compared in the UPDATE: two tabs may move the marker at the same time.
    moved = await session.scalar(
        update(Membership)
        .where(
            Membership.room_id == membership.room_id,
            Membership.user_id == membership.user_id,
        )
        .values(last_read_seq=highest)
        .returning(Membership)
        .execution_options(populate_existing=True)
    )
    if moved is None:
        raise NotFound
    return moved
