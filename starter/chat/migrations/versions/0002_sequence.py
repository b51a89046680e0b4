"""Numbers for messages, a counter for rooms, and a key against sending twice.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    raise NotImplementedError("Stage 4: number the old messages")


def downgrade() -> None:
    raise NotImplementedError("Stage 4: and back again")
