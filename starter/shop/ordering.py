"""Orders: how they are made, and the steps of their workflow."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from given.database import now
from given.errors import NotFound
from given.models import User
from given.unwritten import NotWritten
from shop import carts, queries, stock
from shop.errors import (
    ChargeUnderWay,
    DiscountExhausted,
    InvalidTransition,
    PriceChanged,
)
from shop.models import Discount, Order, OrderLine
from shop.schemas import OrderIn

STEPS: Mapping[str, tuple[str, str]] = {}


async def place_order(
    session: AsyncSession, user: User, data: OrderIn, ttl_s: float
) -> Order:
    """All of the order or, as the request is one transaction, nothing of it."""
    raise NotWritten(4)


async def redeem(session: AsyncSession, discount: Discount) -> None:
    raise NotWritten(4)


async def give_back_redemption(session: AsyncSession, order: Order) -> None:
    raise NotWritten(7)


async def lock_order(session: AsyncSession, user: User, order_id: int) -> Order:
    """An order that this user may see, locked: steps are taken one after another."""
    raise NotWritten(6)


def allow(order: Order, step: str) -> str:
    """The state to which a step leads; InvalidTransition from a wrong one."""
    raise NotWritten(6)


def move(order: Order, step: str) -> None:
    """Take a step on an order that is locked."""
    raise NotWritten(6)


async def cancel(session: AsyncSession, order: Order) -> None:
    raise NotWritten(7)


async def release(session: AsyncSession, order: Order) -> None:
    """Give back what a pending order held."""
    raise NotWritten(7)


async def refund(session: AsyncSession, order: Order) -> None:
    raise NotWritten(7)
