"""Jobs that can be leased: queues, attempts, and a state with times.

Revision ID: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    raise NotImplementedError("Stage 2: carry the old jobs over")


def downgrade() -> None:
    raise NotImplementedError("Stage 2: and back again")
