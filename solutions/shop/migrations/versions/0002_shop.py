"""Prices become exact integers, quantities become stock with an opening movement.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_orders()
    create_stock()
    open_stock()
    change_products()


def change_products() -> None:
    # In three steps: a column cannot be NOT NULL before it is filled. NUMERIC times
    # 100 is exact; a float on the way would lose cents.
    op.add_column("products", sa.Column("price_minor", sa.BigInteger))
    op.execute("UPDATE products SET price_minor = (price * 100)::bigint")
    op.alter_column("products", "price_minor", nullable=False)
    op.drop_column("products", "price")
    op.drop_column("products", "quantity")
    for column in (
        sa.Column("active", sa.Boolean, nullable=False, server_default="true"),
        sa.Column("currency", sa.CHAR(3), nullable=False, server_default="EUR"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("products", column)
    # The currency of the old prices is no default for new ones.
    op.alter_column("products", "currency", server_default=None)
    op.create_check_constraint(
        op.f("ck_products_price"), "products", "price_minor >= 0"
    )
    op.create_index(None, "products", ["created_at", "id"])


def open_stock() -> None:
    op.execute(
        "INSERT INTO stock (product_id, on_hand)"
        " SELECT id, coalesce(quantity, 0) FROM products"
    )
    op.execute(
        "INSERT INTO stock_movements"
        " (product_id, on_hand_change, reserved_change, created_at)"
        " SELECT product_id, on_hand, 0, now() FROM stock WHERE on_hand > 0"
    )


def create_stock() -> None:
    op.create_table(
        "stock",
        sa.Column(
            "product_id",
            sa.BigInteger,
            sa.ForeignKey("products.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("on_hand", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reserved", sa.Integer, nullable=False, server_default="0"),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_reserved")),
        sa.CheckConstraint("reserved <= on_hand", name=op.f("ck_stock_no_oversell")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        product_id(),
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), index=True),
        sa.Column("on_hand_change", sa.Integer, nullable=False),
        sa.Column("reserved_change", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )


def product_id(*, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "product_id",
        sa.BigInteger,
        sa.ForeignKey("products.id"),
        primary_key=primary_key,
        nullable=False,
        index=not primary_key,
    )


def create_orders() -> None:
    op.create_table(
        "discounts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        amount("value"),
        sa.Column("currency", sa.CHAR(3)),
        sa.Column("min_subtotal", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("starts_at", TIME),
        sa.Column("ends_at", TIME),
        sa.Column("max_redemptions", sa.Integer),
        sa.Column("redeemed", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("code", name=op.f("uq_discounts_code")),
        sa.CheckConstraint(
            "kind IN ('percent', 'fixed')", name=op.f("ck_discounts_kind")
        ),
        sa.CheckConstraint("redeemed >= 0", name=op.f("ck_discounts_redeemed")),
        sa.CheckConstraint(
            "redeemed <= max_redemptions", name=op.f("ck_discounts_limit")
        ),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        *map(amount, ("subtotal", "discount", "total")),
        sa.Column("code", sa.Text),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'shipped', 'delivered',"
            " 'cancelled', 'expired', 'refunded')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_orders_total")),
        sa.CheckConstraint("total = subtotal - discount", name=op.f("ck_orders_sum")),
    )
    op.create_index(None, "orders", ["user_id", "created_at", "id"])
    op.create_index(None, "orders", ["status", "expires_at"])
    create_parts_of_orders()


def amount(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def create_parts_of_orders() -> None:
    op.create_table(
        "order_lines",
        order_id(),
        product_id(primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        amount("unit_price"),
        sa.Column("qty", sa.Integer, nullable=False),
        *map(amount, ("line_discount", "line_total")),
        sa.CheckConstraint("qty >= 1", name=op.f("ck_order_lines_qty")),
    )
    op.create_table(
        "payments",
        order_id(),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "user_id", sa.BigInteger, sa.ForeignKey("users.id"), primary_key=True
        ),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", JSONB),
    )


def order_id() -> sa.Column[int]:
    key = sa.ForeignKey("orders.id")
    return sa.Column("order_id", sa.BigInteger, key, primary_key=True)


def downgrade() -> None:
    op.add_column("products", sa.Column("price", sa.Numeric))
    op.add_column("products", sa.Column("quantity", sa.Integer))
    # 100.0: divided by an integer, an integer would lose its cents.
    op.execute(
        "UPDATE products SET price = round(price_minor / 100.0, 2), quantity ="
        " (SELECT on_hand FROM stock WHERE product_id = products.id)"
    )
    op.alter_column("products", "price", nullable=False)
    for table in (
        "idempotency_keys",
        "payments",
        "order_lines",
        "stock_movements",
        "stock",
        "orders",
        "discounts",
    ):
        op.drop_table(table)
    op.drop_index(op.f("ix_products_created_at_id"), "products")
    op.drop_constraint(op.f("ck_products_price"), "products")
    for column in ("price_minor", "active", "currency", "version"):
        op.drop_column("products", column)
