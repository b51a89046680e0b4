"""Orders whose time is over: what must come back before long."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.database import Database
from tests.shop.books import take_off
from tests.shop.helpers import a_product, an_order, available, line, order_status

# So many orders that a sweep which takes a few, and then a pause, is far too late.
MANY, BATCH = 160, 8


async def soon(holds: Callable[[], Awaitable[bool]], seconds: float = 8) -> bool:
    """Whether it comes to hold; the deadline is wide, for machines that are busy."""
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True


async def must_be_free(reader: Client, product_id: str, units: int) -> None:
    """All units of a product are available before long."""

    async def free() -> bool:
        return bool(await available(reader, product_id) == units)

    expect.true("stock_returns", await soon(free), expected=units)


async def must_expire(reader: Client, orders: Sequence[Fields]) -> None:
    """All these orders are `expired` before long."""

    async def expired() -> bool:
        states = [await order_status(reader, made) for made in orders]
        return set(states) <= {"expired"}

    expect.true("expires", await soon(expired), expected="expired")


async def many_expire_together(alice: Client, admin: Client, db: Database) -> None:
    """All of many orders that fall due at about the same time are soon expired."""
    sold = await a_product(admin, MANY)
    for _ in range(0, MANY, BATCH):
        await asyncio.gather(*(an_order(alice, line(sold)) for _ in range(BATCH)))
    # What is no longer sold comes back all the same.
    await take_off(db, sold)
    await must_be_free(alice, sold["id"], MANY)


async def long_overdue(db: Database, *orders: Fields) -> None:
    """Set the times of these orders back by a day, as if nobody had come since."""
    await db.execute(
        "UPDATE orders SET created_at = created_at - interval '1 day',"
        " expires_at = expires_at - interval '1 day' WHERE id::text = ANY(%s)",
        [str(made["id"]) for made in orders],
    )
