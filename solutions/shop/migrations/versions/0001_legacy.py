"""The schema as it was found: complete users, and products priced in NUMERIC.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from given.legacy import create_users

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_users()
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("price", sa.Numeric, nullable=False),
        sa.Column("quantity", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )


def downgrade() -> None:
    op.drop_table("products")
    op.drop_table("users")
