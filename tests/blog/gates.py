"""Gates where no lock of a table stands: at a read, and at the COMMIT of a write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grader.judge.database import Database
from grader.judge.database.gate import Gate

# The number of an advisory lock that no app is likely to use.
FIRST = 7_430_192_646
# Runs a step of PL/pgSQL for the app, which may not touch the table by itself.
WAITS = """
    CREATE TABLE public.judge_gate ();
    CREATE FUNCTION public.judge_waits() RETURNS {returns}
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN {step} END $$;
"""
FORGET = """
    DROP FUNCTION public.judge_waits();
    DROP TABLE public.judge_gate;
"""
WAIT = "LOCK TABLE public.judge_gate IN ROW SHARE MODE;"
# A policy is asked at each row that a statement reads, so after the statement has
# chosen what it sees. Only the first transaction to come here waits.
FIRST_WAITS = f"IF pg_try_advisory_xact_lock({FIRST}) THEN {WAIT} END IF; RETURN true;"
READS_WAIT = (
    WAITS.format(returns="boolean", step=FIRST_WAITS)
    + """
    CREATE POLICY judge_passes ON {table} USING (true) WITH CHECK (true);
    CREATE POLICY judge_waits ON {table} AS RESTRICTIVE FOR SELECT
    USING (public.judge_waits());
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""
)
READS_PASS = (
    """
    ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
    DROP POLICY judge_waits ON {table};
    DROP POLICY judge_passes ON {table};
"""
    + FORGET
)
# A deferred trigger runs when the transaction has done all else, and is not seen yet.
COMMITS_WAIT = (
    WAITS.format(returns="trigger", step=f"{WAIT} RETURN NULL;")
    + """
    CREATE CONSTRAINT TRIGGER judge_waits AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.judge_waits();
"""
)
COMMITS_PASS = "DROP TRIGGER judge_waits ON {table};" + FORGET


@asynccontextmanager
async def held_read(db: Database, table: str) -> AsyncIterator[Gate]:
    """Hold the first statement that reads rows of `table`, with what it sees."""
    async with _gate(db, table, READS_WAIT, READS_PASS) as gate:
        yield gate


@asynccontextmanager
async def held_commit(db: Database, table: str) -> AsyncIterator[Gate]:
    """Hold every COMMIT of a change to rows of `table`."""
    async with _gate(db, table, COMMITS_WAIT, COMMITS_PASS) as gate:
        yield gate


@asynccontextmanager
async def _gate(
    db: Database, table: str, set_up: str, take_down: str
) -> AsyncIterator[Gate]:
    await db.execute(set_up.format(table=table))
    try:
        async with db.hold("judge_gate") as gate:
            yield gate
    finally:
        await db.execute(take_down.format(table=table))
