"""The tables, and nothing that reads or writes them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from given.database import Base, now
from given.models import User


class Room(Base):
    __tablename__ = "rooms"
    __table_args__ = (CheckConstraint("kind IN ('public', 'private')", name="kind"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="public")
    # The counter of the room's messages: whoever raises it holds its row's lock.
    last_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=now)

    # The role of the user for whom the room was read: see queries.rooms_for.
    role: Mapped[str | None] = query_expression()


class Membership(Base):
    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('owner', 'member')", name="role"),)

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey(User.id), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(default="member")
    last_read_seq: Mapped[int] = mapped_column(default=0, server_default="0")


class Message(Base):
    __tablename__ = "messages"
    # The first one also is the index that every page of the history is read by.
    __table_args__ = (
        UniqueConstraint("room_id", "seq"),
        UniqueConstraint(
            "room_id", "author_id", "client_msg_id", name="uq_messages_client_msg_id"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    seq: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    client_msg_id: Mapped[str | None]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
