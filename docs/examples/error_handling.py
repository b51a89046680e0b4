"""A conflict in the database: caught too widely, survived too late, told too openly."""

from typing import Annotated

import pytest
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CheckConstraint

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("age >= 18", name="ck_users_age"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    age: Mapped[int]


# --8<-- [start:errors]
class ApiError(Exception):
    """Something a client may be told: raised anywhere, shown in one place."""

    status, code = 500, "internal_error"


class EmailTaken(ApiError):
    status, code = 409, "email_taken"


# --8<-- [end:errors]


# --8<-- [start:wide]
async def register_widely(session: AsyncSession, email: str, age: int) -> None:
    session.add(User(email=email, age=age))
    try:
        await session.flush()
    except IntegrityError as error:
        raise EmailTaken from error  # Whatever it was.


# --8<-- [end:wide]


# --8<-- [start:mend]
async def register(session: AsyncSession, email: str, age: int) -> None:
    try:
        async with session.begin_nested():  # A savepoint: only this is undone.
            session.add(User(email=email, age=age))
    except IntegrityError as error:
        if constraint(error) == "users_email_key":
            raise EmailTaken from error
        raise


def constraint(error: IntegrityError) -> str | None:
    """The name of the violated constraint, as psycopg reports it."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


# --8<-- [end:mend]


@pytest.fixture
async def users(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        session.add(User(email="ada@example.org", age=36))
    return sessions


async def test_a_wide_catch_blames_the_address(users: Sessions) -> None:
    async with users() as session:
        with pytest.raises(EmailTaken):
            await register_widely(session, "bob@example.org", age=12)


async def test_the_constraint_says_what_it_was(users: Sessions) -> None:
    async with users() as session:
        with pytest.raises(EmailTaken):
            await register(session, "ada@example.org", age=36)
        with pytest.raises(IntegrityError, match="ck_users_age"):
            await register(session, "bob@example.org", age=12)


# --8<-- [start:test]
async def test_after_an_error_the_session_refuses_to_go_on(users: Sessions) -> None:
    async with users() as session:
        with pytest.raises(EmailTaken):
            await register_widely(session, "ada@example.org", age=36)
        with pytest.raises(PendingRollbackError):
            await session.execute(text("SELECT 1"))


async def test_after_a_savepoint_it_goes_on(users: Sessions) -> None:
    async with users() as session:
        with pytest.raises(EmailTaken):
            await register(session, "ada@example.org", age=36)
        assert await session.scalar(text("SELECT count(*) FROM users")) == 1


# --8<-- [end:test]


@pytest.mark.parametrize(
    ("sent", "status"), [("1.5", 422), ("1e400", 500), ("NaN", 500)]
)
def test_fastapis_own_422_cannot_show_every_input(sent: str, status: int) -> None:
    app = FastAPI()

    @app.post("/")
    async def take(age: Annotated[int, Body()]) -> None: ...

    client = TestClient(app, raise_server_exceptions=False)
    json = {"Content-Type": "application/json"}
    assert client.post("/", content=sent, headers=json).status_code == status
