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

router = APIRouter(prefix="/v1/posts", tags=["posts"])
# On every route that may change which tags have published posts.
changes_tags = [Depends(forget_tags)]


def place(post: Post) -> Position:
    assert post.published_at is not None  # The list shows published posts only.
    return Position(at=post.published_at, id=post.id)


@router.get("", response_model=PageOut[PostOut])
def list_posts(
    session: SessionDep,
    page: PageDep,
    tag: Text | None = None,
    author: Id | None = None,
) -> Page[Post]:
    query = queries.newest_posts(fold_tag(tag), author, page.start)
    return fetch_page(session, query, page.limit, place)


@router.post("", status_code=201, response_model=PostOut, dependencies=changes_tags)
def create_post(
    session: SessionDep, user: UserDep, data: PostIn, response: Response
) -> Post:
    post = services.create_post(session, user, data)
    response.headers["Location"] = f"/v1/posts/{post.slug}"
    response.headers["ETag"] = etags.etag_of(post)
    return post


@router.post(
    "/import",
    status_code=201,
    response_model=ItemsOut[PostOut],
    dependencies=changes_tags,
)
def import_posts(
    session: SessionDep, user: UserDep, data: ImportIn
) -> dict[str, list[Post]]:
    return {"items": services.import_posts(session, user, data.posts)}


@router.get("/{slug}", response_model=PostOut)
def get_post(
    post: PostDep,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
) -> Post | Response:
    etag = etags.etag_of(post)
    if etags.if_none_match(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return post


@router.patch("/{slug}", response_model=PostOut, dependencies=changes_tags)
def edit_post(
    session: SessionDep, post: MatchedPostDep, data: PostPatch, response: Response
) -> Post:
    post = services.edit_post(session, post, data)
    response.headers["ETag"] = etags.etag_of(post)
    return post


@router.delete("/{slug}", status_code=204, dependencies=changes_tags)
def delete_post(session: SessionDep, post: OwnPostDep) -> None:
    services.delete_post(session, post)
