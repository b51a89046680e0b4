"""Comments: whoever sees a post may read and write them."""

from fastapi import APIRouter

from blog import queries, services
from blog.deps import OwnCommentDep, PageDep, PostDep, SessionDep, UserDep
from blog.models import Comment
from blog.pagination import Page, Position, fetch_page
from blog.schemas import CommentIn, CommentOut, PageOut
from blog.unwritten import NotWritten

router = APIRouter(prefix="/v1", tags=["comments"])


def place(comment: Comment) -> Position:
    raise NotWritten(4)


@router.get("/posts/{slug}/comments", response_model=PageOut[CommentOut])
async def list_comments(
    session: SessionDep, post: PostDep, page: PageDep
) -> Page[Comment]:
    raise NotWritten(4)


@router.post("/posts/{slug}/comments", status_code=201, response_model=CommentOut)
async def add_comment(
    session: SessionDep, user: UserDep, post: PostDep, data: CommentIn
) -> Comment:
    raise NotWritten(4)


@router.delete("/comments/{comment_id}", status_code=204)
async def delete_comment(session: SessionDep, comment: OwnCommentDep) -> None:
    raise NotWritten(4)
