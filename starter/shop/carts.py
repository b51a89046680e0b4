"""Carts: what a client wants to buy, looked up and priced."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from given.database import now
from given.unwritten import NotWritten
from shop import pricing, queries
from shop.errors import (
    DiscountExhausted,
    DiscountInvalid,
    MixedCurrency,
    TooMany,
    UnknownProduct,
)
from shop.models import Discount
from shop.pricing import Item, Quote
from shop.schemas import CartIn, LineIn


def merged(lines: Sequence[LineIn]) -> dict[int, int]:
    """The quantity of each product, in the order of their first lines."""
    raise NotWritten(3)


async def price_cart(
    session: AsyncSession, cart: CartIn
) -> tuple[Quote, Discount | None]:
    """The cart at the prices of this moment, and the discount that it uses."""
    raise NotWritten(3)


async def find_discount(
    session: AsyncSession, code: str, currency: str, subtotal: int
) -> Discount:
    """The discount with this code, if it is valid for such a cart."""
    raise NotWritten(3)


def is_valid(discount: Discount, currency: str, subtotal: int) -> bool:
    raise NotWritten(3)
