"""Writes: functions that take a session first; whoever opened it commits it."""

from collections.abc import Collection, Mapping, Sequence

from anyio import to_thread
from pydantic import MISSING
from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from blog import queries, security, slugs
from blog.database import now
from blog.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidParent,
    InvalidTransition,
    NotFound,
    SlugTaken,
)
from blog.models import Comment, Post, Tag, User, post_tags
from blog.schemas import CommentIn, PostIn, PostPatch, RegisterIn
from blog.settings import Settings
from blog.unwritten import NotWritten


async def add_user(
    session: AsyncSession, email: str, name: str, password: str, role: str = "user"
) -> User | None:
    """The new user; None if the address is taken."""
    password_hash = security.hash_password(password)
    user = User(email=email, name=name, password_hash=password_hash, role=role)
    session.add(user)
    await session.flush()
    return user


async def register(session: AsyncSession, data: RegisterIn) -> User:
    user = await add_user(session, data.email, data.name, data.password)
    if user is None:
        raise EmailTaken
    return user


async def ensure_admin(session: AsyncSession, settings: Settings) -> None:
    """Make the first admin, once; an account that exists is left as it is."""
    return


async def authenticate(session: AsyncSession, email: str, password: str) -> int:
    """The id of the user with this address and password."""
    user = await session.scalar(queries.user_by_email(email))
    if user is None:
        raise NotFound("There is no such user.")
    if not security.verify_password(password, user.password_hash):
        raise InvalidCredentials
    return user.id


async def find_or_make_tags(
    session: AsyncSession, names: Collection[str]
) -> dict[str, int]:
    """The id of each tag, made if it is new."""
    raise NotWritten(4)


async def set_tags(
    session: AsyncSession, tags_of: Mapping[int, Collection[str]]
) -> None:
    """Give each post, by its id, these tags and no others."""
    raise NotWritten(4)


async def insert_post(session: AsyncSession, author: User, data: PostIn) -> int:
    """Insert one post under the first of its slugs that is free."""
    raise NotWritten(1)


async def read_back(session: AsyncSession, ids: Sequence[int]) -> list[Post]:
    """The posts as they now are in the database, in the order of their ids."""
    raise NotWritten(1)


async def create_post(session: AsyncSession, author: User, data: PostIn) -> Post:
    raise NotWritten(1)


async def import_posts(
    session: AsyncSession, author: User, items: Sequence[PostIn]
) -> list[Post]:
    """All of the posts or, as the request is one transaction, none of them."""
    raise NotWritten(5)


async def edit_post(session: AsyncSession, post: Post, data: PostPatch) -> Post:
    """Change a post that is locked: its version grows by one."""
    raise NotWritten(6)


async def delete_post(session: AsyncSession, post: Post) -> None:
    raise NotWritten(1)


async def add_comment(
    session: AsyncSession, author: User, post: Post, data: CommentIn
) -> Comment:
    raise NotWritten(4)


async def delete_comment(session: AsyncSession, comment: Comment) -> None:
    raise NotWritten(4)
