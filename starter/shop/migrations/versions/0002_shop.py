"""Prices become exact integers, quantities become stock with an opening movement.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    raise NotImplementedError("Stage 2: carry the old prices over")


def downgrade() -> None:
    raise NotImplementedError("Stage 2: and back again")
