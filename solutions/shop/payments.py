"""Payment in three parts: a transaction, the charge outside of any, a transaction."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from given.database import Sessions, now
from given.models import User
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
        # The same for every request of this attempt, so that none charges twice.
        return f"order-{self.order_id}-{self.attempt}"


async def begin(session: AsyncSession, order: Order) -> Charge:
    """The open attempt of a locked order that may be paid, or a new one."""
    attempt = await session.scalar(queries.open_attempt(order.id))
    if attempt is None:
        refuse_if_over(order)
        ordering.allow(order, "pay")
        attempt = await next_attempt(session, order.id)
    return Charge(order.id, attempt.attempt, order.total, order.currency)


def refuse_if_over(order: Order) -> None:
    over = order.status == "pending" and order.expires_at <= now()
    if over or order.status == "expired":
        raise OrderExpired


async def next_attempt(session: AsyncSession, order_id: int) -> Payment:
    tried = select(func.max(Payment.attempt)).where(Payment.order_id == order_id)
    attempt = Payment(order_id=order_id, attempt=(await session.scalar(tried) or 0) + 1)
    session.add(attempt)
    # Once this row is committed, the sweeper and a cancel leave the order alone.
    await session.flush()
    return attempt


async def ask_gateway(gateway: Gateway, charge: Charge, token: str) -> bool:
    """Whether the customer was charged, or had nothing to pay."""
    if charge.amount == 0:
        return True
    return await gateway.charge(charge.key, charge.amount, charge.currency, token)


async def finish(session: AsyncSession, user: User, charge: Charge) -> Order:
    """The order, paid: its goods leave the stock."""
    order = await ordering.lock_order(session, user, charge.order_id)
    # Two requests may have paid with one attempt: the second finds the order paid.
    ordering.move(order, "pay")
    await set_status(session, charge, "succeeded")
    await stock.change(session, order, on_hand=-1, reserved=-1)
    return order


async def decline(sessions: Sessions, charge: Charge) -> None:
    """Close the attempt, so that the next payment begins a new one."""
    async with sessions.begin() as session:
        await set_status(session, charge, "declined")


async def set_status(session: AsyncSession, charge: Charge, status: str) -> None:
    payment = await session.get_one(Payment, (charge.order_id, charge.attempt))
    payment.status = status
