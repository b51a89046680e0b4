"""Writes: functions that take a session first; whoever opened it commits it."""

from collections.abc import Collection, Mapping, Sequence

from anyio import to_thread
from pydantic import MISSING
from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from blog import queries, security, slugs
from blog.database import now
from blog.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidParent,
    InvalidTransition,
    NotFound,
    SlugTaken,
)
from blog.models import Comment, Post, Tag, User, post_tags
from blog.schemas import CommentIn, PostIn, PostPatch, RegisterIn
from blog.settings import Settings


async def add_user(
    session: AsyncSession, email: str, name: str, password: str, role: str = "user"
) -> User | None:
    """The new user; None if the address is taken."""
    password_hash = await to_thread.run_sync(security.hash_password, password)
    # The unique index decides, not a look beforehand: of two that register at
    # once, one gets the address.
    return await session.scalar(
        upsert(User)
        .values(email=email, name=name, password_hash=password_hash, role=role)
        .on_conflict_do_nothing()
        .returning(User)
    )


async def register(session: AsyncSession, data: RegisterIn) -> User:
    user = await add_user(session, data.email, data.name, data.password)
    if user is None:
        raise EmailTaken
    return user


async def ensure_admin(session: AsyncSession, settings: Settings) -> None:
    """Make the first admin, once; an account that exists is left as it is."""
    email, password = settings.admin_email, settings.admin_password
    if not email or not password:
        return
    if await session.scalar(queries.user_by_email(email)) is None:
        await add_user(session, email, "Admin", password.get_secret_value(), "admin")


async def authenticate(session: AsyncSession, email: str, password: str) -> int:
    """The id of the user with this address and password."""
    user = await session.scalar(queries.user_by_email(email))
    # Nothing was written: this gives the connection back while hashing takes its
    # 100 ms, so that logins do not empty the pool.
    await session.commit()
    stored = user.password_hash if user else None
    fits = await to_thread.run_sync(security.verify_password, password, stored)
    if user is None or not fits:
        raise InvalidCredentials
    return user.id


async def find_or_make_tags(
    session: AsyncSession, names: Collection[str]
) -> dict[str, int]:
    """The id of each tag, made if it is new."""
    # DO NOTHING waits for a transaction that is inserting the same tag; the SELECT then
    # finds its row.
    # Sorted: two requests that make the same two tags wait in one order, and never
    # for each other.
    rows = [{"name": name} for name in sorted(names)]
    await session.execute(upsert(Tag).values(rows).on_conflict_do_nothing())
    found = await session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names)))
    return {tag.name: tag.id for tag in found}


async def set_tags(
    session: AsyncSession, tags_of: Mapping[int, Collection[str]]
) -> None:
    """Give each post, by its id, these tags and no others."""
    await session.execute(delete(post_tags).where(post_tags.c.post_id.in_(tags_of)))
    names = {name for names in tags_of.values() for name in names}
    if not names:
        return
    ids = await find_or_make_tags(session, names)
    rows = [
        {"post_id": post_id, "tag_id": ids[name]}
        for post_id, names in tags_of.items()
        for name in names
    ]
    await session.execute(insert(post_tags), rows)


async def insert_post(session: AsyncSession, author: User, data: PostIn) -> int:
    """Insert one post under the first of its slugs that is free."""
    moment = now()
    values = data.model_dump(include={"title", "body", "status"}) | {
        "author_id": author.id,
        "published_at": moment if data.status == "published" else None,
        "created_at": moment,
        "updated_at": moment,
    }
    for slug in slugs.candidates(data.slug, data.title):
        # The unique constraint answers without an error, which would have ended
        # the transaction; a race for one slug is settled here too.
        post_id: int | None = await session.scalar(
            upsert(Post)
            .values(**values, slug=slug)
            .on_conflict_do_nothing()
            .returning(Post.id)
        )
        if post_id is not None:
            return post_id
    raise SlugTaken(f"The slug {data.slug} is taken.")


async def read_back(session: AsyncSession, ids: Sequence[int]) -> list[Post]:
    """The posts as they now are in the database, in the order of their ids."""
    # populate_existing: rows that the session holds already are read again.
    query = queries.posts_by_id(ids).execution_options(populate_existing=True)
    posts = {post.id: post for post in await session.scalars(query)}
    return [posts[post_id] for post_id in ids]


async def create_post(session: AsyncSession, author: User, data: PostIn) -> Post:
    post_id = await insert_post(session, author, data)
    if data.tags:
        await set_tags(session, {post_id: data.tags})
    [post] = await read_back(session, [post_id])
    return post


async def import_posts(
    session: AsyncSession, author: User, items: Sequence[PostIn]
) -> list[Post]:
    """All of the posts or, as the request is one transaction, none of them."""
    # Locks are taken in one order everywhere, slugs by name and then tags by name,
    # so that two imports of the same posts cannot lock each other out.
    order = sorted(
        range(len(items)), key=lambda i: slugs.rank(items[i].slug, items[i].title)
    )
    ids = {i: await insert_post(session, author, items[i]) for i in order}
    tags_of = {ids[i]: item.tags for i, item in enumerate(items) if item.tags}
    if tags_of:
        await set_tags(session, tags_of)
    return await read_back(session, [ids[i] for i in range(len(items))])


async def edit_post(session: AsyncSession, post: Post, data: PostPatch) -> Post:
    """Change a post that is locked: its version grows by one."""
    changes = data.model_dump(exclude={"tags"})
    if post.status == "published" and changes.get("status") == "draft":
        raise InvalidTransition("A published post does not become a draft again.")
    for field, value in changes.items():
        setattr(post, field, value)
    post.version += 1
    post.updated_at = now()
    if post.status == "published" and post.published_at is None:
        post.published_at = post.updated_at
    if data.tags is not MISSING:
        await set_tags(session, {post.id: data.tags})
    [edited] = await read_back(session, [post.id])
    return edited


async def delete_post(session: AsyncSession, post: Post) -> None:
    # Its comments and tags go with it: the foreign keys cascade.
    await session.execute(delete(Post).where(Post.id == post.id))


async def add_comment(
    session: AsyncSession, author: User, post: Post, data: CommentIn
) -> Comment:
    if data.parent_id is not None:
        parent = await session.get(Comment, data.parent_id)
        # A parent under another post would tie two discussions together.
        if parent is None or parent.post_id != post.id:
            raise InvalidParent
    comment = Comment(
        post_id=post.id, author=author, parent_id=data.parent_id, body=data.body
    )
    session.add(comment)
    try:
        await session.flush()
    except IntegrityError as error:
        # The post was deleted since it was loaded.
        raise NotFound from error
    return comment


async def delete_comment(session: AsyncSession, comment: Comment) -> None:
    # The row stays, because replies hang on it; its text is shown no more.
    comment.deleted_at = now()
