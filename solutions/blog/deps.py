"""What an endpoint may ask for: every `Annotated` alias of the app."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from blog import etags, policies, queries, security
from blog.database import open_session
from blog.errors import (
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthorized,
)
from blog.models import Comment, Post, User
from blog.pagination import PageIn, read_page
from blog.schemas import Id, Text, parse_id
from blog.settings import Settings

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


async def load_post(session: SessionDep, caller: CallerDep, slug: Text) -> Post:
    post = await session.scalar(queries.post_by_slug(slug))
    # A hidden draft answers as if it were not there: 403 would tell that it is.
    if post is None or not policies.may_see(caller, post):
        raise NotFound
    return post


PostDep = Annotated[Post, Depends(load_post)]


async def load_own_post(user: UserDep, post: PostDep) -> Post:
    if not policies.may_edit(user, post):
        raise Forbidden
    return post


OwnPostDep = Annotated[Post, Depends(load_own_post)]


async def require_match(
    session: SessionDep,
    post: OwnPostDep,
    if_match: Annotated[str | None, Header()] = None,
) -> Post:
    """The caller's post, locked, if it still is in the version that If-Match names."""
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag that you have read.")
    # Lock, then compare: of two edits with one ETag, the second sees the new version.
    # populate_existing, or the session would keep the values it read before the lock.
    locked = await session.get(
        Post, post.id, with_for_update=True, populate_existing=True
    )
    if locked is None:
        raise NotFound
    if not etags.if_match(if_match, etags.etag_of(locked)):
        raise PreconditionFailed("The post has changed since you read it.")
    return locked


MatchedPostDep = Annotated[Post, Depends(require_match)]


async def load_own_comment(
    session: SessionDep, user: UserDep, comment_id: Id
) -> Comment:
    comment = await session.scalar(queries.comment_with_post(comment_id))
    if comment is None or not policies.may_see(user, comment.post):
        raise NotFound
    if not policies.may_edit(user, comment):
        raise Forbidden
    return comment


OwnCommentDep = Annotated[Comment, Depends(load_own_comment)]


async def forget_tags(request: Request, session: SessionDep) -> None:
    """Forget the cached tags once this request's writes are committed."""
    # Not earlier: a reader in between would fill the cache with the old rows.
    cache = request.app.state.tag_cache
    event.listen(session.sync_session, "after_commit", lambda _: cache.forget())
