"""Accounts: registration, login, oneself, and the roles that admins give."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from given import security
from given.deps import AdminDep, SessionDep, SettingsDep, UserDep
from given.errors import EmailTaken, InvalidCredentials, NotFound
from given.models import User
from given.schemas import Id, LoginIn, RegisterIn, RoleIn, TokenOut, UserOut
from given.settings import Settings

router = APIRouter(prefix="/v1", tags=["accounts"])


def user_by_email(email: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == func.lower(email))


async def add_user(
    session: AsyncSession, email: str, name: str, password: str, role: str = "user"
) -> User | None:
    """The new user; None if the address is taken."""
    password_hash = await to_thread.run_sync(security.hash_password, password)
    return await session.scalar(
        upsert(User)
        .values(email=email, name=name, password_hash=password_hash, role=role)
        .on_conflict_do_nothing()
        .returning(User)
    )


async def ensure_admin(session: AsyncSession, settings: Settings) -> None:
    """Make the first admin, once; an account that exists is left as it is."""
    email, password = settings.admin_email, settings.admin_password
    if not email or not password:
        return
    if await session.scalar(user_by_email(email)) is None:
        await add_user(session, email, "Admin", password.get_secret_value(), "admin")


async def authenticate(session: AsyncSession, email: str, password: str) -> int:
    """The id of the user with this address and password."""
    user = await session.scalar(user_by_email(email))
    # Give the connection back while hashing takes its 100 ms.
    await session.commit()
    stored = user.password_hash if user else None
    fits = await to_thread.run_sync(security.verify_password, password, stored)
    if user is None or not fits:
        raise InvalidCredentials
    return user.id


@router.post("/auth/register", status_code=201, response_model=UserOut)
async def register(session: SessionDep, data: RegisterIn) -> User:
    user = await add_user(session, data.email, data.name, data.password)
    if user is None:
        raise EmailTaken
    return user


@router.post("/auth/token")
async def log_in(
    session: SessionDep, settings: SettingsDep, form: Annotated[LoginIn, Form()]
) -> TokenOut:
    user_id = await authenticate(session, form.username, form.password)
    token = security.issue_token(user_id, settings)
    return TokenOut(access_token=token, expires_in=settings.access_ttl_s)


@router.get("/me", response_model=UserOut)
async def get_me(user: UserDep) -> User:
    return user


@router.put("/users/{user_id}/role", response_model=UserOut)
async def set_role(session: SessionDep, _: AdminDep, user_id: Id, data: RoleIn) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise NotFound
    user.role = data.role
    return user
