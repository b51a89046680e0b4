"""Loading posts with their authors and tags, and what each way costs in queries."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Engine, ForeignKey, Select, Table, create_engine, select
from sqlalchemy import event as events
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags)


# --8<-- [start:lazy]
def names_one_by_one(session: Session) -> list[str]:
    posts = session.scalars(select(Post).order_by(Post.id))
    return [post.author.name for post in posts]  # A query for each author.


# --8<-- [end:lazy]


# --8<-- [start:eager]
def names_at_once(session: Session) -> list[str]:
    query = select(Post).options(selectinload(Post.author)).order_by(Post.id)
    return [post.author.name for post in session.scalars(query)]


# --8<-- [end:eager]


# --8<-- [start:pages]
def page_by_join(names: list[str]) -> Select[Post]:
    return select(Post).join(Post.tags).where(Tag.name.in_(names)).limit(6)


def page_by_exists(names: list[str]) -> Select[Post]:
    return select(Post).where(Post.tags.any(Tag.name.in_(names))).limit(6)


# --8<-- [end:pages]


@pytest.fixture
def sync_engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def statements(sync_engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    events.listen(sync_engine, "before_cursor_execute", note)
    yield seen
    events.remove(sync_engine, "before_cursor_execute", note)


def write_posts(engine: Engine, count: int) -> None:
    with Session(engine) as session, session.begin():
        tags = [Tag(name=name) for name in "abc"]
        for number in range(count):
            author = Author(name=f"author {number}")
            session.add(Post(author=author, tags=tags))


def test_lazy_loading_asks_once_more_for_each_author(
    sync_engine: Engine, statements: list[str]
) -> None:
    write_posts(sync_engine, 12)
    statements.clear()
    with Session(sync_engine) as session:
        names_one_by_one(session)

    assert len(statements) == 1 + 12


# --8<-- [start:async]
async def test_an_async_session_loads_nothing_by_the_way(
    sync_engine: Engine, engine: AsyncEngine
) -> None:
    write_posts(sync_engine, 1)
    async with AsyncSession(engine) as session:
        post = (await session.scalars(select(Post))).one()
        with pytest.raises(StatementError, match="greenlet_spawn"):
            _ = post.author.name


# --8<-- [end:async]


# --8<-- [start:budget]
def test_the_number_of_queries_does_not_grow(
    sync_engine: Engine, statements: list[str]
) -> None:
    costs = []
    for size in (5, 45):  # In the end there are 50 posts.
        write_posts(sync_engine, size)
        statements.clear()
        with Session(sync_engine) as session:
            names_at_once(session)
        costs.append(len(statements))

    assert costs[0] == costs[1]


# --8<-- [end:budget]


@pytest.mark.parametrize(("page", "posts"), [(page_by_join, 2), (page_by_exists, 6)])
def test_a_limit_counts_the_rows_of_a_join(
    sync_engine: Engine, page: object, posts: int
) -> None:
    write_posts(sync_engine, 6)
    with Session(sync_engine) as session:
        assert callable(page)
        found = session.scalars(page(["a", "b", "c"]).order_by(Post.id)).all()

    assert len(found) == 6
    assert len({post.id for post in found}) == posts
