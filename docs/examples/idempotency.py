"""A request that is sent twice: looked up too early, or claimed in one statement."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
Gate = Callable[..., Awaitable[list[int | None]]]
LOCK = "LOCK TABLE keys IN EXCLUSIVE MODE"


class Base(DeclarativeBase):
    pass


# --8<-- [start:tables]
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str]


class Key(Base):
    __tablename__ = "keys"
    user: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str]  # What was asked for, to tell a retry from a reuse.
    order_id: Mapped[int | None]


# --8<-- [end:tables]


class KeyReused(Exception):
    pass


# --8<-- [start:naive]
async def order_naively(
    sessions: Sessions, user: str, key: str, item: str
) -> int | None:
    async with sessions.begin() as session:
        known = await session.get(Key, (user, key))
        if known is not None:
            return known.order_id
        order = Order(item=item)
        session.add(order)
        await session.flush()
        session.add(Key(user=user, key=key, item=item, order_id=order.id))
        return order.id


# --8<-- [end:naive]


# --8<-- [start:mend]
async def order_once(sessions: Sessions, user: str, key: str, item: str) -> int | None:
    async with sessions.begin() as session:
        # Whoever inserts the key does the work; a twin waits here for its end.
        claimed = await session.scalar(
            upsert(Key)
            .values(user=user, key=key, item=item)
            .on_conflict_do_nothing()
            .returning(Key)
        )
        if claimed is None:
            known = await session.get_one(Key, (user, key))
            if known.item != item:
                raise KeyReused  # 422: the same key for another request.
            return known.order_id
        order = Order(item=item)
        session.add(order)
        await session.flush()
        claimed.order_id = order.id
        return order.id


# --8<-- [end:mend]


@pytest.fixture
async def shop(engine: AsyncEngine, sessions: Sessions) -> Sessions:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return sessions


async def count_orders(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(Order)) or 0


async def test_one_after_another_all_is_well(shop: Sessions) -> None:
    first = await order_naively(shop, "ada", "k1", "tea")
    assert await order_naively(shop, "ada", "k1", "tea") == first
    assert await count_orders(shop) == 1


# --8<-- [start:test]
async def test_twins_of_a_lookup_end_in_an_error(shop: Sessions, gate: Gate) -> None:
    twins = [order_naively(shop, "ada", "k1", "tea") for _ in range(2)]
    with pytest.raises(IntegrityError):
        await gate(LOCK, *twins)


async def test_twins_of_a_claim_get_one_order(shop: Sessions, gate: Gate) -> None:
    twins = [order_once(shop, "ada", "k1", "tea") for _ in range(2)]
    first, second = await gate(LOCK, *twins)
    assert first == second
    assert await count_orders(shop) == 1


# --8<-- [end:test]


async def test_a_key_is_for_one_request_of_one_user(shop: Sessions) -> None:
    await order_once(shop, "ada", "k1", "tea")
    with pytest.raises(KeyReused):
        await order_once(shop, "ada", "k1", "coffee")
    assert await order_once(shop, "bob", "k1", "coffee")
    assert await count_orders(shop) == 2


async def test_a_failure_frees_the_key(shop: Sessions) -> None:
    with pytest.raises(IntegrityError):
        await order_once(shop, "ada", "k1", None)  # type: ignore[arg-type]
    assert await order_once(shop, "ada", "k1", "tea")
