"""Comments: whoever sees a post may read and write them."""

from fastapi import APIRouter

from blog import queries, services
from blog.deps import OwnCommentDep, PageDep, PostDep, SessionDep, UserDep
from blog.models import Comment
from blog.pagination import Page, Position, fetch_page
from blog.schemas import CommentIn, CommentOut, PageOut

router = APIRouter(prefix="/v1", tags=["comments"])


def place(comment: Comment) -> Position:
    return Position(at=comment.created_at, id=comment.id)


@router.get("/posts/{slug}/comments", response_model=PageOut[CommentOut])
def list_comments(session: SessionDep, post: PostDep, page: PageDep) -> Page[Comment]:
    query = queries.oldest_comments(post.id, page.start)
    return fetch_page(session, query, page.limit, place)


@router.post("/posts/{slug}/comments", status_code=201, response_model=CommentOut)
def add_comment(
    session: SessionDep, user: UserDep, post: PostDep, data: CommentIn
) -> Comment:
    return services.add_comment(session, user, post, data)


@router.delete("/comments/{comment_id}", status_code=204)
def delete_comment(session: SessionDep, comment: OwnCommentDep) -> None:
    services.delete_comment(session, comment)
