"""Selling the last unit: a race made certain by a lock, and a statement that wins."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import NullPool, create_engine, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
Gate = Callable[..., Awaitable[list[bool]]]


class Base(DeclarativeBase):
    pass


class Stock(Base):
    __tablename__ = "stock"
    product_id: Mapped[int] = mapped_column(primary_key=True)
    on_hand: Mapped[int]


# --8<-- [start:race]
async def buy_badly(sessions: Sessions, product_id: int) -> bool:
    async with sessions.begin() as session:
        stock = await session.get_one(Stock, product_id)
        if stock.on_hand == 0:
            return False
        stock.on_hand -= 1  # UPDATE stock SET on_hand = 0
        return True


# --8<-- [end:race]


# --8<-- [start:mend]
async def buy(sessions: Sessions, product_id: int) -> bool:
    async with sessions.begin() as session:
        taken = await session.scalar(
            update(Stock)
            .where(Stock.product_id == product_id, Stock.on_hand > 0)
            .values(on_hand=Stock.on_hand - 1)
            .returning(Stock.product_id)
        )
        return taken is not None


# --8<-- [end:mend]


@pytest.fixture
async def shop(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    """A shop with one unit in stock."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        session.add(Stock(product_id=1, on_hand=1))
    return sessions


async def test_one_after_another_all_is_well(shop: Sessions) -> None:
    assert [await buy_badly(shop, 1) for _ in range(6)].count(True) == 1


# --8<-- [start:test]
async def test_read_then_write_sells_one_unit_six_times(
    shop: Sessions, gate: Gate
) -> None:
    buyers = [buy_badly(shop, 1) for _ in range(6)]
    sold = await gate("LOCK TABLE stock IN EXCLUSIVE MODE", *buyers)
    assert sold.count(True) == 6


async def test_one_statement_sells_it_once(shop: Sessions, gate: Gate) -> None:
    buyers = [buy(shop, 1) for _ in range(6)]
    sold = await gate("LOCK TABLE stock IN EXCLUSIVE MODE", *buyers)
    assert sold.count(True) == 1


# --8<-- [end:test]


async def test_a_lock_in_the_loops_own_thread_stops_whom_it_waits_for(
    shop: Sessions, database_url: str
) -> None:
    began = asyncio.Event()

    async def sweep() -> None:
        async with shop.begin() as session:
            await session.execute(update(Stock).values(on_hand=0))
            began.set()
            await asyncio.sleep(0)  # The commit needs the loop.

    def lock(limit: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{limit}'"))
            connection.execute(text("LOCK TABLE stock IN EXCLUSIVE MODE"))

    engine = create_engine(database_url, poolclass=NullPool)
    sweeper = asyncio.create_task(sweep())
    await began.wait()
    with pytest.raises(OperationalError, match="lock timeout"):
        lock("200ms")  # Without the limit: for ever.
    await sweeper

    began.clear()
    sweeper = asyncio.create_task(sweep())
    await began.wait()
    await asyncio.to_thread(lock, "30s")
    await sweeper
