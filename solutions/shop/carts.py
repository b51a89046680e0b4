"""Carts: what a client wants to buy, looked up and priced."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from given.database import now
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

MOST = 1000


def merged(lines: Sequence[LineIn]) -> dict[int, int]:
    """The quantity of each product, in the order of their first lines."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.product_id] = quantities.get(line.product_id, 0) + line.qty
    if max(quantities.values()) > MOST:
        raise TooMany(f"At most {MOST} of one product.")
    return quantities


async def price_cart(
    session: AsyncSession, cart: CartIn
) -> tuple[Quote, Discount | None]:
    """The cart at the prices of this moment, and the discount that it uses."""
    quantities = merged(cart.lines)
    query = queries.products_on_sale(quantities)
    products = {product.id: product for product in await session.scalars(query)}
    if products.keys() != quantities.keys():
        raise UnknownProduct
    if len({product.currency for product in products.values()}) > 1:
        raise MixedCurrency
    items = [
        Item(i, products[i].sku, products[i].price_minor, qty)
        for i, qty in quantities.items()
    ]
    currency = products[items[0].product_id].currency
    subtotal = pricing.subtotal_of(items)
    if cart.discount_code is None:
        return pricing.price(items, currency, None, 0), None
    discount = await find_discount(session, cart.discount_code, currency, subtotal)
    amount = pricing.discount_on(subtotal, discount.kind, discount.value)
    return pricing.price(items, currency, discount.code, amount), discount


async def find_discount(
    session: AsyncSession, code: str, currency: str, subtotal: int
) -> Discount:
    """The discount with this code, if it is valid for such a cart."""
    discount = await session.scalar(queries.discount_by_code(code))
    if discount is None or not is_valid(discount, currency, subtotal):
        raise DiscountInvalid
    if discount.redeemed == discount.max_redemptions:
        raise DiscountExhausted
    return discount


def is_valid(discount: Discount, currency: str, subtotal: int) -> bool:
    moment = now()
    return (
        (discount.starts_at is None or discount.starts_at <= moment)
        and (discount.ends_at is None or moment < discount.ends_at)
        and subtotal >= discount.min_subtotal
        and discount.currency in (None, currency)
    )
