from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from given.database import Base


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Stock(Base):
    __tablename__ = "stock"

    product_id: Mapped[int] = mapped_column(primary_key=True)


class StockMovement(Base):
    """A change of stock. Rows are never changed or deleted: their sum is the stock."""

    __tablename__ = "stock_movements"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Discount(Base):
    __tablename__ = "discounts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class OrderLine(Base):
    """A copy of what was sold: later changes of the product do not reach it."""

    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Payment(Base):
    """One attempt to charge an order: pending, succeeded or declined."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
