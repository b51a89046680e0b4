"""Pages by number and pages by key; and a plan that says which index it takes."""

import pytest
from sqlalchemy import Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
SIZE = 3


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    minute: Mapped[int]  # When it was published.
    status: Mapped[str] = mapped_column(default="published")


# --8<-- [start:offset]
def page_by_number(number: int) -> Select[Post]:
    query = select(Post).order_by(Post.minute.desc())
    return query.offset(number * SIZE).limit(SIZE)


# --8<-- [end:offset]


# --8<-- [start:mend]
def page_by_key(last: Post | None) -> Select[Post]:
    query = select(Post).order_by(Post.minute.desc(), Post.id.desc()).limit(SIZE)
    if last is not None:
        key = tuple_(Post.minute, Post.id)
        query = query.where(key < (last.minute, last.id))
    return query


# --8<-- [end:mend]


# --8<-- [start:half]
def page_by_half_a_key(last: Post | None) -> Select[Post]:
    query = select(Post).order_by(Post.minute.desc(), Post.id.desc()).limit(SIZE)
    return query if last is None else query.where(Post.minute < last.minute)


# --8<-- [end:half]


@pytest.fixture
async def filled(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    """Nine posts: 1 to 9, of which 6 to 9 appeared in the same minute."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        for number in range(1, 10):
            session.add(Post(id=number, minute=min(number, 6)))
    return sessions


async def publish(session: AsyncSession, number: int) -> None:
    session.add(Post(id=number, minute=number))
    await session.commit()


async def test_a_new_post_shows_an_old_one_twice(filled: Sessions) -> None:
    async with filled() as session:
        first = (await session.scalars(page_by_number(0))).all()
        await publish(session, 10)
        second = (await session.scalars(page_by_number(1))).all()

    assert {post.id for post in first} & {post.id for post in second}


async def walk(sessions: Sessions, page: object) -> list[int]:
    """The ids of all pages, while somebody publishes after each."""
    assert callable(page)
    ids: list[int] = []
    last = None
    async with sessions() as session:
        while posts := (await session.scalars(page(last))).all():
            ids += [post.id for post in posts]
            last = posts[-1]
            await publish(session, 100 + len(ids))
    return ids


# --8<-- [start:test]
async def test_a_walk_by_key_meets_each_post_once(filled: Sessions) -> None:
    assert await walk(filled, page_by_key) == [9, 8, 7, 6, 5, 4, 3, 2, 1]


async def test_a_walk_by_time_alone_loses_a_twin(filled: Sessions) -> None:
    assert await walk(filled, page_by_half_a_key) == [9, 8, 7, 5, 4, 3, 2, 1]


# --8<-- [end:test]


# --8<-- [start:plan]
async def plan(session: AsyncSession, sql: str) -> str:
    rows = await session.scalars(text(f"EXPLAIN (ANALYZE, BUFFERS) {sql}"))
    return "\n".join(rows)


# --8<-- [end:plan]

# --8<-- [start:index]
NEWEST = "SELECT * FROM posts WHERE status = 'published' ORDER BY minute DESC, id DESC"
INDEX = "CREATE INDEX newest ON posts (status, minute DESC, id DESC)"
# --8<-- [end:index]


async def test_an_index_in_the_order_of_the_list_is_read_to_the_limit(
    filled: Sessions,
) -> None:
    many = text(
        "INSERT INTO posts SELECT n, n, 'published' FROM generate_series(1000, 9000) n"
    )
    async with filled() as session:
        await session.execute(many)
        await session.execute(text("ANALYZE posts"))
        before = await plan(session, f"{NEWEST} LIMIT 3")
        await session.execute(text(INDEX))
        after = await plan(session, f"{NEWEST} LIMIT 3")

    assert "Seq Scan" in before
    assert "Sort" in before
    assert "using newest" in after
    assert "Sort" not in after
