# Generated from solutions/blog/services.py by nox -s starter: edit that file.
# Digest of the lines below: 6a1ea43a11aeff7c
"""Writes: functions that take a session first; whoever opened it commits it."""

from anyio import to_thread
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from given import queries, security
from given.errors import EmailTaken, InvalidCredentials
from given.models import User
from given.schemas import RegisterIn
from given.settings import Settings


async def add_user(
    session: AsyncSession, email: str, name: str, password: str, role: str = "user"
) -> User | None:
    """The new user; None if the address is taken."""
    password_hash = await to_thread.run_sync(security.hash_password, password)
    # The unique index decides, not a look beforehand: of two that register at
    # once, one gets the address.
    return await session.scalar(
        upsert(User)
        .values(email=email, name=name, password_hash=password_hash, role=role)
        .on_conflict_do_nothing()
        .returning(User)
    )


async def register(session: AsyncSession, data: RegisterIn) -> User:
    user = await add_user(session, data.email, data.name, data.password)
    if user is None:
        raise EmailTaken
    return user


async def ensure_admin(session: AsyncSession, settings: Settings) -> None:
    """Make the first admin, once; an account that exists is left as it is."""
    email, password = settings.admin_email, settings.admin_password
    if not email or not password:
        return
    if await session.scalar(queries.user_by_email(email)) is None:
        await add_user(session, email, "Admin", password.get_secret_value(), "admin")


async def authenticate(session: AsyncSession, email: str, password: str) -> int:
    """The id of the user with this address and password."""
    user = await session.scalar(queries.user_by_email(email))
    # Nothing was written: this gives the connection back while hashing takes its
    # 100 ms, so that logins do not empty the pool.
    await session.commit()
    stored = user.password_hash if user else None
    fits = await to_thread.run_sync(security.verify_password, password, stored)
    if user is None or not fits:
        raise InvalidCredentials
    return user.id
