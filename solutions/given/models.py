# Generated from solutions/blog/models.py by nox -s starter: edit that file.
# Digest of the lines below: 6eb6d4e46671fe2e
"""The tables, and nothing that reads or writes them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from given.database import Base, now


class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('user', 'admin')", name="role"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="user", server_default="user")
    created_at: Mapped[datetime] = mapped_column(default=now)


# Ada@example.org and ada@example.org are one person.
Index("uq_users_lower_email", func.lower(User.email), unique=True)
