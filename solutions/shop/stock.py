"""Stock: every change is one UPDATE, so that concurrent changes do not get lost, and
is recorded as a movement in the same transaction."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from shop.errors import InsufficientStock, StockConflict
from shop.models import Order, Stock, StockMovement
from shop.schemas import StockIn


class Sold(Protocol):
    """A line of an order, or of a quote that becomes one."""

    @property
    def product_id(self) -> int: ...
    @property
    def qty(self) -> int: ...


def in_lock_order(lines: Iterable[Sold]) -> list[Sold]:
    # Everybody locks rows of stock in this order, so that there is no deadlock.
    return sorted(lines, key=lambda line: line.product_id)


async def reserve(session: AsyncSession, lines: Sequence[Sold]) -> None:
    for line in in_lock_order(lines):
        # One UPDATE, not read-then-write: two buyers cannot both take the last unit.
        taken = await session.scalar(
            update(Stock)
            .where(
                Stock.product_id == line.product_id,
                Stock.on_hand - Stock.reserved >= line.qty,
            )
            .values(reserved=Stock.reserved + line.qty)
            .returning(Stock.product_id)
        )
        if taken is None:
            raise InsufficientStock


async def change(
    session: AsyncSession, order: Order, *, on_hand: int = 0, reserved: int = 0
) -> None:
    """Change the stock of an order's products by these multiples of what it sold."""
    for line in in_lock_order(order.lines):
        await session.execute(
            update(Stock)
            .where(Stock.product_id == line.product_id)
            .values(
                on_hand=Stock.on_hand + on_hand * line.qty,
                reserved=Stock.reserved + reserved * line.qty,
            )
        )
    await note(session, order, on_hand=on_hand, reserved=reserved)


async def note(
    session: AsyncSession, order: Order, *, on_hand: int = 0, reserved: int = 0
) -> None:
    rows = [
        {
            "product_id": line.product_id,
            "order_id": order.id,
            "on_hand_change": on_hand * line.qty,
            "reserved_change": reserved * line.qty,
        }
        for line in order.lines
    ]
    await session.execute(insert(StockMovement), rows)


async def count_anew(session: AsyncSession, product_id: int, data: StockIn) -> Stock:
    """Set what is on hand, if it is what the sender believes it is."""
    stock = await session.scalar(
        update(Stock)
        .where(
            Stock.product_id == product_id,
            Stock.on_hand == data.expected_on_hand,
            Stock.reserved <= data.on_hand,
        )
        .values(on_hand=data.on_hand)
        .returning(Stock)
        .execution_options(populate_existing=True)
    )
    if stock is None:
        raise StockConflict("The stock is another, or more is reserved.")
    movement = StockMovement(
        product_id=product_id,
        on_hand_change=data.on_hand - data.expected_on_hand,
        reserved_change=0,
    )
    session.add(movement)
    return stock
