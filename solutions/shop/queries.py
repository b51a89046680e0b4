"""Reads: functions that return a Select and run nothing."""

from collections.abc import Collection

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from given.database import now
from given.models import User
from given.pagination import Position
from shop.models import Discount, Order, Payment, Product


def with_stock(query: Select[Product]) -> Select[Product]:
    return query.options(joinedload(Product.stock, innerjoin=True))


def product_by_id(product_id: int) -> Select[Product]:
    return with_stock(select(Product).where(Product.id == product_id))


def products_on_sale(ids: Collection[int]) -> Select[Product]:
    return select(Product).where(Product.id.in_(ids), Product.active)


def newest_products(start: Position | None) -> Select[Product]:
    query = (
        with_stock(select(Product))
        .where(Product.active)
        .order_by(Product.created_at.desc(), Product.id.desc())
    )
    if start is not None:
        key = tuple_(Product.created_at, Product.id)
        query = query.where(key < (start.at, start.id))
    return query


def discount_by_code(code: str) -> Select[Discount]:
    return select(Discount).where(Discount.code == func.upper(code))


def orders_seen_by(user: User) -> Select[Order]:
    query = select(Order).options(selectinload(Order.lines))
    return query if user.role == "admin" else query.where(Order.user_id == user.id)


def newest_orders(user: User, start: Position | None) -> Select[Order]:
    query = orders_seen_by(user).order_by(Order.created_at.desc(), Order.id.desc())
    if start is not None:
        key = tuple_(Order.created_at, Order.id)
        query = query.where(key < (start.at, start.id))
    return query


def open_attempt(order_id: object) -> Select[Payment]:
    """The charge of an order that is under way, or whose outcome is not known."""
    return select(Payment).where(
        Payment.order_id == order_id, Payment.status == "pending"
    )


def due_order() -> Select[Order]:
    """One order whose time is over, locked; those that others locked are skipped."""
    return (
        select(Order)
        .options(selectinload(Order.lines))
        .where(
            Order.status == "pending",
            Order.expires_at <= now(),
            # The customer may have been charged, and must then get the goods.
            ~open_attempt(Order.id).exists(),
        )
        .order_by(Order.expires_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
