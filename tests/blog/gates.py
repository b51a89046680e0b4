"""A gate for reads: a lock stops only writes, but a policy of a table lets one wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grader.judge.database import Database
from grader.judge.database.gate import Gate

# The number of an advisory lock that no app is likely to use.
FIRST = 7_430_192_646
# A policy is asked at each row that a statement reads, so after the statement has
# chosen what it sees. Only the first transaction to come here waits.
SET_UP = f"""
    CREATE TABLE public.judge_gate ();
    CREATE FUNCTION public.judge_waits() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF pg_try_advisory_xact_lock({FIRST}) THEN
            LOCK TABLE public.judge_gate IN ROW SHARE MODE;
        END IF;
        RETURN true;
    END $$;
    CREATE POLICY judge_passes ON {{table}} USING (true) WITH CHECK (true);
    CREATE POLICY judge_waits ON {{table}} AS RESTRICTIVE FOR SELECT
    USING (public.judge_waits());
    ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""
TAKE_DOWN = """
    ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
    DROP POLICY judge_waits ON {table};
    DROP POLICY judge_passes ON {table};
    DROP FUNCTION public.judge_waits();
    DROP TABLE public.judge_gate;
"""


@asynccontextmanager
async def held_read(db: Database, table: str) -> AsyncIterator[Gate]:
    """Hold the first statement that reads rows of `table`, with what it sees."""
    await db.execute(SET_UP.format(table=table))
    try:
        async with db.hold("judge_gate") as gate:
            yield gate
    finally:
        await db.execute(TAKE_DOWN.format(table=table))
