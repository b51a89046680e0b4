"""The schema as it was found: complete users, and jobs of an older program.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from given.legacy import create_users

revision = "0001"
down_revision = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    create_users()
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", JSONB),
        # pending, working, done or error
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        sa.Column("result", JSONB),
        sa.Column("error", sa.Text),
        sa.Column("created_at", time, nullable=False),
        sa.Column("updated_at", time, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("jobs")
    op.drop_table("users")
