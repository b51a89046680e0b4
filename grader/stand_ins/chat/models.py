from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from given.database import Base, now
from given.models import User


class Room(Base):
    __tablename__ = "rooms"
    __table_args__ = (CheckConstraint("kind IN ('public', 'private')", name="kind"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="public")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('owner', 'member')", name="role"),)

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey(User.id), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(default="member")


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
