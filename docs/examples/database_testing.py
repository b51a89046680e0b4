"""A database for tests: the right engine, and no row left for the next test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))


async def publish(sessions: Sessions, slug: str) -> bool:
    """What the app does: it commits, and it rolls back when a slug is taken."""
    try:
        async with sessions.begin() as session:
            session.add(Post(slug=slug))
    except IntegrityError:
        return False
    return True


# --8<-- [start:sqlite]
def test_sqlite_accepts_a_comment_on_no_post() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(Comment(post_id=404))  # Green, and wrong.
    engine.dispose()


async def test_postgresql_refuses_it(schema: AsyncEngine) -> None:
    async with AsyncSession(schema) as session:
        session.add(Comment(post_id=404))
        with pytest.raises(IntegrityError):
            await session.commit()


# --8<-- [end:sqlite]


@pytest.fixture
async def schema(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return engine


# --8<-- [start:mend]
@pytest.fixture
async def isolated(schema: AsyncEngine) -> AsyncIterator[Sessions]:
    async with schema.connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(
            connection,
            expire_on_commit=False,
            # The app's commit ends a savepoint; the outer transaction stays.
            join_transaction_mode="create_savepoint",
        )
        await outer.rollback()


# --8<-- [end:mend]


async def count_posts(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as session:
        return await session.scalar(select(func.count()).select_from(Post)) or 0


async def test_a_committed_row_stays_for_the_next_test(
    schema: AsyncEngine, sessions: Sessions
) -> None:
    assert await publish(sessions, "hello")
    assert await count_posts(schema) == 1


# --8<-- [start:test]
async def test_commits_and_conflicts_leave_nothing(
    schema: AsyncEngine, isolated: Sessions
) -> None:
    assert await publish(isolated, "hello")
    assert not await publish(isolated, "hello")  # Rolled back, and still usable.
    assert await publish(isolated, "world")

    assert await count_posts(schema) == 0  # Nobody else ever saw a row.


# --8<-- [end:test]
