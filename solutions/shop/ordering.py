"""Orders: how they are made, and the steps of their workflow."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from given.database import now
from given.errors import NotFound
from given.models import User
from shop import carts, queries, stock
from shop.errors import (
    ChargeUnderWay,
    DiscountExhausted,
    InvalidTransition,
    PriceChanged,
)
from shop.models import Discount, Order, OrderLine
from shop.schemas import OrderIn

# From which state each step leads where.
STEPS: Mapping[str, tuple[str, str]] = {
    "pay": ("pending", "paid"),
    "cancel": ("pending", "cancelled"),
    "expire": ("pending", "expired"),
    "ship": ("paid", "shipped"),
    "refund": ("paid", "refunded"),
    "deliver": ("shipped", "delivered"),
}


async def place_order(
    session: AsyncSession, user: User, data: OrderIn, ttl_s: float
) -> Order:
    """All of the order or, as the request is one transaction, nothing of it."""
    quote, discount = await carts.price_cart(session, data)
    if data.expected_total is not None and data.expected_total != quote.total:
        raise PriceChanged(f"The total is {quote.total}.")
    await stock.reserve(session, quote.lines)
    if discount is not None:
        await redeem(session, discount)
    moment = now()
    order = Order(
        user_id=user.id,
        currency=quote.currency,
        subtotal=quote.subtotal,
        discount=quote.discount,
        total=quote.total,
        code=quote.code,
        expires_at=moment + timedelta(seconds=ttl_s),
        created_at=moment,
        lines=[OrderLine(position=n, **asdict(x)) for n, x in enumerate(quote.lines)],
    )
    session.add(order)
    await session.flush()
    await stock.note(session, order, reserved=+1)
    return order


async def redeem(session: AsyncSession, discount: Discount) -> None:
    # Like stock: the condition is part of the write.
    limit = Discount.max_redemptions
    redeemed = await session.scalar(
        update(Discount)
        .where(
            Discount.id == discount.id, limit.is_(None) | (Discount.redeemed < limit)
        )
        .values(redeemed=Discount.redeemed + 1)
        .returning(Discount.id)
        .execution_options(synchronize_session=False)
    )
    if redeemed is None:
        raise DiscountExhausted


async def give_back_redemption(session: AsyncSession, order: Order) -> None:
    if order.code is not None:
        await session.execute(
            update(Discount)
            .where(Discount.code == order.code)
            .values(redeemed=Discount.redeemed - 1)
        )


async def lock_order(session: AsyncSession, user: User, order_id: int) -> Order:
    """An order that this user may see, locked: steps are taken one after another."""
    query = queries.orders_seen_by(user).where(Order.id == order_id)
    order = await session.scalar(query.with_for_update())
    if order is None:
        raise NotFound
    return order


def allow(order: Order, step: str) -> str:
    """The state to which a step leads; InvalidTransition from a wrong one."""
    before, after = STEPS[step]
    if order.status != before:
        raise InvalidTransition(f"An order that is {order.status} cannot {step}.")
    return after


def move(order: Order, step: str) -> None:
    """Take a step on an order that is locked."""
    order.status = allow(order, step)
    order.version += 1


async def cancel(session: AsyncSession, order: Order) -> None:
    move(order, "cancel")
    if await session.scalar(queries.open_attempt(order.id)) is not None:
        # The customer may have been charged: first find out, by paying again.
        raise ChargeUnderWay
    await release(session, order)


async def release(session: AsyncSession, order: Order) -> None:
    """Give back what a pending order held."""
    await stock.change(session, order, reserved=-1)
    await give_back_redemption(session, order)


async def refund(session: AsyncSession, order: Order) -> None:
    move(order, "refund")
    await stock.change(session, order, on_hand=+1)
