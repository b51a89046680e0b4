"""The schema as it was found: rooms, members, and messages without numbers.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from given.legacy import create_users

revision = "0001"
down_revision = None


def reference(name: str, target: str, *, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target)
    return sa.Column(name, sa.BigInteger, key, primary_key=primary_key, nullable=False)


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
        reference("room_id", "rooms.id", primary_key=True),
        reference("user_id", "users.id", primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'member')", name=op.f("ck_memberships_role")
        ),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        reference("room_id", "rooms.id"),
        reference("author_id", "users.id"),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", time, nullable=False),
    )


def downgrade() -> None:
    for table in ("messages", "memberships", "rooms", "users"):
        op.drop_table(table)
