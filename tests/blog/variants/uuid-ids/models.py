"""The tables, and nothing that reads or writes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    func,
    literal,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from blog.database import Base, now

# Made by the database, so that rows inserted by SQL get one too.
NEW_ID = text("gen_random_uuid()")


class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('user', 'admin')", name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="user", server_default="user")
    created_at: Mapped[datetime] = mapped_column(default=now)


# Ada@example.org and ada@example.org are one person.
Index("uq_users_lower_email", func.lower(User.email), unique=True)


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (CheckConstraint("name ~ '^[a-z0-9-]{1,32}$'", name="name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    name: Mapped[str] = mapped_column(unique=True)


post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True, index=True),
)


# lazy="raise": a relation that a query forgot to load is an error in the first
# test, not one more query per row in production.
class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published')", name="status"),
        CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name="published"
        ),
        Index(None, "status", "published_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    body: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft", server_default="draft")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, lazy="raise")
    # Counted by the query that reads the post: see queries.with_details.
    comment_count: Mapped[int] = query_expression(literal(0))


class Comment(Base):
    __tablename__ = "comments"
    __table_args__ = (Index(None, "post_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE")
    )
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)

    post: Mapped[Post] = relationship(lazy="raise")
    author: Mapped[User] = relationship(lazy="raise")

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def visible_body(self) -> str | None:
        return None if self.deleted else self.body
