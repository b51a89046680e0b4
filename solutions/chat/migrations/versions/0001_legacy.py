"""The schema as it was found: rooms, members, and messages without numbers.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from given.migrate import create_users

revision = "0001"
down_revision = None


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    create_users()
    op.create_table(
        "rooms",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.CheckConstraint("kind IN ('public', 'private')", name=op.f("ck_rooms_kind")),
    )
    op.create_table(
        "memberships",
        sa.Column("room_id", sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'member')", name=op.f("ck_memberships_role")
        ),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("room_id", sa.ForeignKey("rooms.id"), nullable=False),
        sa.Column("author_id", sa.ForeignKey("users.id"), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", time, nullable=False),
    )


def downgrade() -> None:
    for table in ("messages", "memberships", "rooms", "users"):
        op.drop_table(table)
