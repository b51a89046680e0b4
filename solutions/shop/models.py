"""The tables, and nothing that reads or writes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Identity, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from given.database import Base, now
from given.models import User

PRODUCT = "products.id"
ORDER = "orders.id"


# lazy="raise": a relation that a query forgot to load is an error in the first
# test, not one more query per row in production.
class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    # Minor units, cents for instance: a number that adds up.
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(default=now)

    stock: Mapped["Stock"] = relationship(lazy="raise")

    @property
    def available(self) -> int:
        return self.stock.available


class Stock(Base):
    __tablename__ = "stock"
    # The last line of defence: no code can sell what is not there.
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("reserved <= on_hand", name="no_oversell"),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey(PRODUCT), primary_key=True, autoincrement=False
    )
    on_hand: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reserved: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class StockMovement(Base):
    """A change of stock. Rows are never changed or deleted: their sum is the stock."""

    __tablename__ = "stock_movements"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey(PRODUCT), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey(ORDER), index=True)
    on_hand_change: Mapped[int] = mapped_column(Integer)
    reserved_change: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Discount(Base):
    __tablename__ = "discounts"
    __table_args__ = (
        CheckConstraint("kind IN ('percent', 'fixed')", name="kind"),
        CheckConstraint("redeemed >= 0", name="redeemed"),
        CheckConstraint("redeemed <= max_redemptions", name="limit"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    value: Mapped[int]
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    min_subtotal: Mapped[int] = mapped_column(default=0, server_default="0")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    max_redemptions: Mapped[int | None] = mapped_column(Integer)
    redeemed: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'paid', 'shipped', 'delivered',"
            " 'cancelled', 'expired', 'refunded')",
            name="status",
        ),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("total = subtotal - discount", name="sum"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "status", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    status: Mapped[str] = mapped_column(default="pending", server_default="pending")
    currency: Mapped[str] = mapped_column(CHAR(3))
    subtotal: Mapped[int]
    discount: Mapped[int]
    total: Mapped[int]
    code: Mapped[str | None]
    expires_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(default=now)

    lines: Mapped[list["OrderLine"]] = relationship(
        lazy="raise", order_by="OrderLine.position"
    )


class OrderLine(Base):
    """A copy of what was sold: later changes of the product do not reach it."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("qty >= 1", name="qty"),)

    order_id: Mapped[int] = mapped_column(ForeignKey(ORDER), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey(PRODUCT), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    sku: Mapped[str]
    unit_price: Mapped[int]
    qty: Mapped[int] = mapped_column(Integer)
    line_discount: Mapped[int]
    line_total: Mapped[int]


class Payment(Base):
    """One attempt to charge an order: pending, succeeded or declined."""

    __tablename__ = "payments"

    order_id: Mapped[int] = mapped_column(ForeignKey(ORDER), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[str] = mapped_column(default="pending", server_default="pending")


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    request_hash: Mapped[str]
    # Empty only within the transaction that claims the key.
    status: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
