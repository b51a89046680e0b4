"""Two ways to load posts with their authors, and what they cost in queries."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, ForeignKey, create_engine, event, select
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


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship()


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


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def write_posts(engine: Engine, count: int) -> None:
    with Session(engine) as session, session.begin():
        for number in range(count):
            session.add(Post(author=Author(name=f"author {number}")))


def test_lazy_loading_asks_once_more_for_each_author(
    engine: Engine, statements: list[str]
) -> None:
    write_posts(engine, 12)
    statements.clear()
    with Session(engine) as session:
        names_one_by_one(session)

    assert len(statements) == 1 + 12


def test_selectinload_needs_two_queries(engine: Engine, statements: list[str]) -> None:
    write_posts(engine, 12)
    statements.clear()
    with Session(engine) as session:
        names = names_at_once(session)

    assert len(names) == 12
    assert len(statements) == 2
