"""Numbers for messages, a counter for rooms, and a key against sending twice.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The id parts the messages of one instant, so that every run numbers them alike.
NUMBER_MESSAGES = """
    UPDATE messages SET seq = numbered.seq FROM (
        SELECT id, row_number() OVER (PARTITION BY room_id ORDER BY created_at, id)
            AS seq
        FROM messages
    ) AS numbered WHERE messages.id = numbered.id
"""
COUNT_ROOMS = """
    UPDATE rooms SET last_seq = counted.last_seq FROM (
        SELECT room_id, max(seq) AS last_seq FROM messages GROUP BY room_id
    ) AS counted WHERE rooms.id = counted.room_id
"""


def counter(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def upgrade() -> None:
    op.add_column("rooms", counter("last_seq"))
    op.add_column("memberships", counter("last_read_seq"))
    op.add_column("messages", sa.Column("client_msg_id", sa.Text))
    # Empty first, then filled, then constrained: the old rows are there already.
    op.add_column("messages", sa.Column("seq", sa.BigInteger))
    op.execute(NUMBER_MESSAGES)
    op.execute(COUNT_ROOMS)
    op.alter_column("messages", "seq", nullable=False)
    op.create_unique_constraint("uq_messages_room_id", "messages", ["room_id", "seq"])
    op.create_unique_constraint(
        "uq_messages_client_msg_id",
        "messages",
        ["room_id", "author_id", "client_msg_id"],
    )


def downgrade() -> None:
    op.drop_constraint("uq_messages_client_msg_id", "messages")
    op.drop_constraint("uq_messages_room_id", "messages")
    op.drop_column("messages", "seq")
    op.drop_column("messages", "client_msg_id")
    op.drop_column("memberships", "last_read_seq")
    op.drop_column("rooms", "last_seq")
