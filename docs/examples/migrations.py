"""A migration that an empty database accepts, and one that a full one accepts too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg.errors import LockNotAvailable
from sqlalchemy import Column, Engine, Text, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {str: Text}  # noqa: RUF012


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)


# --8<-- [start:naive]
def upgrade_naively() -> None:
    op.add_column("posts", Column("slug", Text, nullable=False, unique=True))


# --8<-- [end:naive]


# --8<-- [start:mend]
def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("posts", Column("slug", Text))
    op.execute("UPDATE posts SET slug = 'post-' || id")
    op.alter_column("posts", "slug", nullable=False)
    op.create_unique_constraint("posts_slug_key", "posts", ["slug"])


# --8<-- [end:mend]


def run(engine: Engine, step: Callable[[], None]) -> None:
    with (
        engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        step()


# --8<-- [start:drift]
def drift(engine: Engine) -> list[Any]:
    """What the models say and the database lacks, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        return list(compare_metadata(context, Base.metadata))


# --8<-- [end:drift]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    execute(engine, "CREATE TABLE posts (id serial PRIMARY KEY, title text NOT NULL)")
    yield engine
    engine.dispose()


def execute(engine: Engine, sql: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql))


def test_an_empty_table_accepts_the_naive_one(engine: Engine) -> None:
    run(engine, upgrade_naively)
    assert drift(engine) == []


# --8<-- [start:test]
def test_a_table_with_rows_refuses_it(engine: Engine) -> None:
    execute(engine, "INSERT INTO posts (title) VALUES ('One'), ('Two')")
    with pytest.raises(IntegrityError, match="contains null values"):
        run(engine, upgrade_naively)


def test_fill_before_you_tighten(engine: Engine) -> None:
    execute(engine, "INSERT INTO posts (title) VALUES ('One'), ('Two')")
    run(engine, upgrade)
    assert drift(engine) == []


# --8<-- [end:test]


def test_drift_is_seen(engine: Engine) -> None:
    run(engine, upgrade)
    execute(engine, "ALTER TABLE posts DROP CONSTRAINT posts_slug_key")
    assert [change[0] for change in drift(engine)] == ["add_constraint"]


def test_a_migration_gives_up_rather_than_queue(engine: Engine) -> None:
    with engine.begin() as reader:
        reader.execute(text("SELECT FROM posts"))  # A report that runs for an hour.
        with pytest.raises(OperationalError) as refused:
            run(engine, upgrade)
    assert isinstance(refused.value.orig, LockNotAvailable)


@pytest.mark.parametrize(
    "change",
    [
        "ADD CHECK (title <> '')",
        "ALTER title SET DEFAULT 'untitled'",
        "DROP CONSTRAINT posts_slug_key,"
        " ADD CONSTRAINT posts_slug_key UNIQUE (slug) DEFERRABLE",
        'ALTER title TYPE text COLLATE "C"',
        "DROP CONSTRAINT posts_pkey",
    ],
)
def test_drift_that_is_not_seen(engine: Engine, change: str) -> None:
    run(engine, upgrade)
    execute(engine, f"ALTER TABLE posts {change}")
    assert drift(engine) == []


def test_an_altered_table_cannot_even_be_read(engine: Engine) -> None:
    with engine.begin() as migration, engine.connect() as reader:
        migration.execute(text("ALTER TABLE posts ADD COLUMN slug text"))
        reader.execute(text("SET lock_timeout = '100ms'"))
        with pytest.raises(OperationalError) as refused:
            reader.execute(text("SELECT FROM posts"))
    assert isinstance(refused.value.orig, LockNotAvailable)
