"""What an ORM does behind one's back: it unties children, and it keeps old rows."""

import pytest
from sqlalchemy import ForeignKey, func, select, update
from sqlalchemy.exc import IntegrityError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    pass


# --8<-- [start:untied]
class Topic(Base):
    __tablename__ = "topics"
    id: Mapped[int] = mapped_column(primary_key=True)
    replies: Mapped[list["Reply"]] = relationship()


class Reply(Base):
    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))


# --8<-- [end:untied]


# --8<-- [start:mend]
class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    comments: Mapped[list["Comment"]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,  # Leave it to the database's CASCADE.
        lazy="raise",  # Never load by accident.
    )


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))


# --8<-- [end:mend]


# --8<-- [start:stale]
async def version_under_lock(session: AsyncSession, post_id: int) -> int:
    query = select(Post).where(Post.id == post_id).with_for_update()
    return (await session.scalars(query)).one().version


async def true_version_under_lock(session: AsyncSession, post_id: int) -> int:
    query = select(Post).where(Post.id == post_id).with_for_update()
    fresh = query.execution_options(populate_existing=True)
    return (await session.scalars(fresh)).one().version


# --8<-- [end:stale]


@pytest.fixture
async def filled(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        session.add(Topic(id=1, replies=[Reply(), Reply()]))
        session.add(Post(id=1, comments=[Comment(), Comment()]))
    return sessions


async def test_the_orm_unties_children_that_must_have_a_parent(
    filled: Sessions,
) -> None:
    with pytest.raises(IntegrityError, match="UPDATE replies SET topic_id"):
        async with filled.begin() as session:
            await session.delete(await session.get_one(Topic, 1))


async def test_the_database_takes_children_along(filled: Sessions) -> None:
    async with filled.begin() as session:
        await session.delete(await session.get_one(Post, 1))
    async with filled() as session:
        assert await session.scalar(select(func.count()).select_from(Comment)) == 0


# --8<-- [start:test]
async def test_a_lock_does_not_refresh_what_the_session_holds(
    filled: Sessions,
) -> None:
    async with filled() as mine, filled.begin() as theirs:
        post = await mine.get_one(Post, 1)  # As a dependency does, for its 404.
        await theirs.execute(update(Post).values(version=2))
        await theirs.commit()

        assert await version_under_lock(mine, 1) == 1
        assert await true_version_under_lock(mine, 1) == post.version == 2


# --8<-- [end:test]


async def test_a_hidden_query_fails_in_the_wrapping_of_a_statement(
    filled: Sessions,
) -> None:
    async with filled() as session:
        topic = await session.get_one(Topic, 1)
        with pytest.raises(StatementError) as failed:
            _ = topic.replies
    assert isinstance(failed.value.orig, MissingGreenlet)


async def test_get_takes_the_lock_and_keeps_old_values(filled: Sessions) -> None:
    async with filled() as mine, filled.begin() as theirs:
        post = await mine.get_one(Post, 1)
        await theirs.execute(update(Post).values(version=2))
        await theirs.commit()

        await mine.get_one(Post, 1, with_for_update=True)
        assert post.version == 1
        await mine.refresh(post, with_for_update=True)
        assert post.version == 2


async def test_refresh_drops_what_the_other_writes(filled: Sessions) -> None:
    async with filled() as session:
        post = await session.get_one(Post, 1)
        post.version = 7
        await session.refresh(post, with_for_update=True)
        assert post.version == 1
        post.version = 7
        assert await true_version_under_lock(session, 1) == 7
