from sqlalchemy.ext.asyncio import AsyncSession

from blog import queries, security
from blog.errors import InvalidCredentials, NotFound
from blog.models import User
from blog.settings import Settings


async def add_user(
    session: AsyncSession, email: str, name: str, password: str, role: str = "user"
) -> User | None:
    password_hash = security.hash_password(password)
    user = User(email=email, name=name, password_hash=password_hash, role=role)
    session.add(user)
    await session.flush()
    return user


async def ensure_admin(session: AsyncSession, settings: Settings) -> None:
    return


async def authenticate(session: AsyncSession, email: str, password: str) -> int:
    user = await session.scalar(queries.user_by_email(email))
    if user is None:
        raise NotFound("There is no such user.")
    if not security.verify_password(password, user.password_hash):
        raise InvalidCredentials
    return user.id
