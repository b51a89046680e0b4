"""Reads: functions that return a Select and run nothing."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload, with_expression

from blog.models import Comment, Post, Tag, User, post_tags
from blog.pagination import Position


def user_by_email(email: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == func.lower(email))


def with_details(query: Select[Post]) -> Select[Post]:
    """Load what a post is shown with, in two statements for any number of posts."""
    comment_count = (
        select(func.count())
        .where(Comment.post_id == Post.id, Comment.deleted_at.is_(None))
        .correlate(Post)
        .scalar_subquery()
    )
    return query.options(
        joinedload(Post.author, innerjoin=True),
        selectinload(Post.tags),
        with_expression(Post.comment_count, comment_count),
    )


def post_by_slug(slug: str) -> Select[Post]:
    return with_details(select(Post).where(Post.slug == slug))


def posts_by_id(ids: Sequence[int]) -> Select[Post]:
    return with_details(select(Post).where(Post.id.in_(ids)))


def newest_posts(
    tag: str | None, author_id: int | None, start: Position | None
) -> Select[Post]:
    query = (
        with_details(select(Post))
        .where(Post.status == "published")
        .order_by(Post.published_at.desc(), Post.id.desc())
    )
    if tag is not None:
        # EXISTS, not a join: one row per post, so LIMIT counts posts.
        query = query.where(Post.tags.any(Tag.name == tag))
    if author_id is not None:
        query = query.where(Post.author_id == author_id)
    if start is not None:
        # Both columns: posts published in the same instant are not skipped.
        key = tuple_(Post.published_at, Post.id)
        query = query.where(key < (start.at, start.id))
    return query


def oldest_comments(post_id: int, start: Position | None) -> Select[Comment]:
    query = (
        select(Comment)
        .options(joinedload(Comment.author, innerjoin=True))
        .where(Comment.post_id == post_id)
        .order_by(Comment.created_at, Comment.id)
    )
    if start is not None:
        key = tuple_(Comment.created_at, Comment.id)
        query = query.where(key > (start.at, start.id))
    return query


def comment_with_post(comment_id: int) -> Select[Comment]:
    return (
        select(Comment)
        .options(joinedload(Comment.post, innerjoin=True))
        .where(Comment.id == comment_id)
    )


def tag_counts() -> Select[str, int]:
    """Tags and their published posts; what a draft is about stays private."""
    return (
        select(Tag.name, func.count())
        .join(post_tags, post_tags.c.tag_id == Tag.id)
        .join(Post, Post.id == post_tags.c.post_id)
        .where(Post.status == "published")
        .group_by(Tag.name)
    )
