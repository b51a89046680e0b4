"""Reads: functions that return a Select and run nothing."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload, with_expression

from blog.models import Comment, Post, Tag, User, post_tags
from blog.pagination import Position
from blog.unwritten import NotWritten


def user_by_email(email: str) -> Select[User]:
    return select(User).where(User.email == email)


def with_details(query: Select[Post]) -> Select[Post]:
    """Load what a post is shown with, in two statements for any number of posts."""
    raise NotWritten(4)


def post_by_slug(slug: str) -> Select[Post]:
    raise NotWritten(1)


def posts_by_id(ids: Sequence[int]) -> Select[Post]:
    raise NotWritten(1)


def newest_posts(
    tag: str | None, author_id: int | None, start: Position | None
) -> Select[Post]:
    raise NotWritten(4)


def oldest_comments(post_id: int, start: Position | None) -> Select[Comment]:
    raise NotWritten(4)


def comment_with_post(comment_id: int) -> Select[Comment]:
    raise NotWritten(4)


def tag_counts() -> Select[str, int]:
    """Tags and their published posts; what a draft is about stays private."""
    raise NotWritten(6)
