"""Reads: functions that return a Select and run nothing."""

from collections.abc import Collection

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from given.database import now
from given.models import User
from given.pagination import Position
from given.unwritten import NotWritten
from shop.models import Discount, Order, Payment, Product


def with_stock(query: Select[Product]) -> Select[Product]:
    raise NotWritten(1)


def product_by_id(product_id: int) -> Select[Product]:
    raise NotWritten(1)


def products_on_sale(ids: Collection[int]) -> Select[Product]:
    raise NotWritten(3)


def newest_products(start: Position | None) -> Select[Product]:
    raise NotWritten(1)


def discount_by_code(code: str) -> Select[Discount]:
    raise NotWritten(3)


def orders_seen_by(user: User) -> Select[Order]:
    raise NotWritten(4)


def newest_orders(user: User, start: Position | None) -> Select[Order]:
    raise NotWritten(4)


def open_attempt(order_id: object) -> Select[Payment]:
    """The charge of an order that is under way, or whose outcome is not known."""
    raise NotWritten(6)


def due_order() -> Select[Order]:
    """One order whose time is over, locked; those that others locked are skipped."""
    raise NotWritten(7)
