# Generated from solutions/blog/deps.py by nox -s starter: edit that file.
# Digest of the lines below: e839408af21cf79d
"""What an endpoint may ask for: every `Annotated` alias of the app."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from given import security
from given.database import open_session
from given.errors import Forbidden, Unauthorized
from given.models import User
from given.pagination import PageIn, read_page
from given.schemas import parse_id
from given.settings import Settings

# auto_error=False: no token is no error yet, some routes are for anybody.
bearer = OAuth2PasswordBearer(tokenUrl="/v1/auth/token", auto_error=False)


# All dependencies are async: a plain def would cost a hop to a thread each time.
async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]
# scope="function": commit before the response leaves, so that no client ever
# reads "201 Created" for a row that failed to commit.
SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
TokenDep = Annotated[str | None, Depends(bearer)]
PageDep = Annotated[PageIn, Depends(read_page)]


async def load_caller(
    session: SessionDep, settings: SettingsDep, token: TokenDep
) -> User | None:
    """Who is asking; None without a token."""
    if token is None:
        return None
    user_id = parse_id(security.read_token(token, settings))
    # Read at each request, in its one session: a role that was taken away is gone
    # at once, and a second connection would deadlock a pool of one.
    user = await session.get(User, user_id)
    if user is None:
        raise Unauthorized("The token's user is gone.")
    return user


CallerDep = Annotated[User | None, Depends(load_caller)]


async def load_user(caller: CallerDep) -> User:
    if caller is None:
        raise Unauthorized
    return caller


UserDep = Annotated[User, Depends(load_user)]


async def load_admin(user: UserDep) -> User:
    if user.role != "admin":
        raise Forbidden
    return user


AdminDep = Annotated[User, Depends(load_admin)]
