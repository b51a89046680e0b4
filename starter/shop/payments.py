"""Payment in three parts: a transaction, the charge outside of any, a transaction."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from given.database import Sessions, now
from given.models import User
from given.unwritten import NotWritten
from shop import ordering, queries, stock
from shop.errors import OrderExpired
from shop.gateway import Gateway
from shop.models import Order, Payment


@dataclass(frozen=True)
class Charge:
    """One attempt to charge an order."""

    order_id: int
    attempt: int
    amount: int
    currency: str

    @property
    def key(self) -> str:
        raise NotWritten(6)


async def begin(session: AsyncSession, order: Order) -> Charge:
    """The open attempt of a locked order that may be paid, or a new one."""
    raise NotWritten(6)


def refuse_if_over(order: Order) -> None:
    raise NotWritten(6)


async def next_attempt(session: AsyncSession, order_id: int) -> Payment:
    raise NotWritten(6)


async def ask_gateway(gateway: Gateway, charge: Charge, token: str) -> bool:
    """Whether the customer was charged, or had nothing to pay."""
    raise NotWritten(6)


async def finish(session: AsyncSession, user: User, charge: Charge) -> Order:
    """The order, paid: its goods leave the stock."""
    raise NotWritten(6)


async def decline(sessions: Sessions, charge: Charge) -> None:
    """Close the attempt, so that the next payment begins a new one."""
    raise NotWritten(6)


async def set_status(session: AsyncSession, charge: Charge, status: str) -> None:
    raise NotWritten(6)
