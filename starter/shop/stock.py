"""Stock: every change is one UPDATE, so that concurrent changes do not get lost, and
is recorded as a movement in the same transaction."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from given.unwritten import NotWritten
from shop.errors import InsufficientStock, StockConflict
from shop.models import Order, Stock, StockMovement
from shop.schemas import StockIn


class Sold(Protocol):
    """A line of an order, or of a quote that becomes one."""

    @property
    def product_id(self) -> int: ...
    @property
    def qty(self) -> int: ...


async def reserve(session: AsyncSession, lines: Sequence[Sold]) -> None:
    raise NotWritten(4)


async def change(
    session: AsyncSession, order: Order, *, on_hand: int = 0, reserved: int = 0
) -> None:
    """Change the stock of an order's products by these multiples of what it sold."""
    raise NotWritten(6)


async def note(
    session: AsyncSession, order: Order, *, on_hand: int = 0, reserved: int = 0
) -> None:
    raise NotWritten(4)


async def count_anew(session: AsyncSession, product_id: int, data: StockIn) -> Stock:
    """Set what is on hand, if it is what the sender believes it is."""
    raise NotWritten(1)
