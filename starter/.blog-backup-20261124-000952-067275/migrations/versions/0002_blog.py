"""Posts get a slug of their own, a status and a version; tags and comments come.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    raise NotImplementedError("Stage 2: carry the old posts over")


def downgrade() -> None:
    """The posts stay; tags and comments, which 0001 has no place for, go."""
    raise NotImplementedError("Stage 2: and back again")
