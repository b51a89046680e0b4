"""What any endpoint may ask for: the session, the caller, a page."""

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


async def load_user(
    session: SessionDep, settings: SettingsDep, token: TokenDep
) -> User:
    """Who is asking, read at each request: a role that was taken away is gone."""
    if token is None:
        raise Unauthorized
    user = await session.get(User, parse_id(security.read_token(token, settings)))
    if user is None:
        raise Unauthorized("The token's user is gone.")
    return user


UserDep = Annotated[User, Depends(load_user)]


async def load_admin(user: UserDep) -> User:
    if user.role != "admin":
        raise Forbidden
    return user


AdminDep = Annotated[User, Depends(load_admin)]
