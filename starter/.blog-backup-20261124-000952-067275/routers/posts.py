"""Posts: each answer about one post carries its ETag."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from blog import etags, queries, services
from blog.deps import (
    MatchedPostDep,
    OwnPostDep,
    PageDep,
    PostDep,
    SessionDep,
    UserDep,
    forget_tags,
)
from blog.models import Post
from blog.pagination import Page, Position, fetch_page
from blog.schemas import (
    Id,
    ImportIn,
    ItemsOut,
    PageOut,
    PostIn,
    PostOut,
    PostPatch,
    Text,
    fold_tag,
)
from blog.unwritten import NotWritten

router = APIRouter(prefix="/v1/posts", tags=["posts"])
# On every route that may change which tags have published posts.
changes_tags = [Depends(forget_tags)]


def place(post: Post) -> Position:
    raise NotWritten(4)


@router.get("", response_model=PageOut[PostOut])
async def list_posts(
    session: SessionDep,
    page: PageDep,
    tag: Text | None = None,
    author: Id | None = None,
) -> Page[Post]:
    raise NotWritten(4)


@router.post("", status_code=201, response_model=PostOut, dependencies=changes_tags)
async def create_post(
    session: SessionDep, user: UserDep, data: PostIn, response: Response
) -> Post:
    raise NotWritten(1)


@router.post(
    "/import",
    status_code=201,
    response_model=ItemsOut[PostOut],
    dependencies=changes_tags,
)
async def import_posts(
    session: SessionDep, user: UserDep, data: ImportIn
) -> dict[str, list[Post]]:
    raise NotWritten(5)


@router.get("/{slug}", response_model=PostOut)
async def get_post(
    post: PostDep,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
) -> Post | Response:
    raise NotWritten(1)


@router.patch("/{slug}", response_model=PostOut, dependencies=changes_tags)
async def edit_post(
    session: SessionDep, post: MatchedPostDep, data: PostPatch, response: Response
) -> Post:
    raise NotWritten(6)


@router.delete("/{slug}", status_code=204, dependencies=changes_tags)
async def delete_post(session: SessionDep, post: OwnPostDep) -> None:
    raise NotWritten(1)
