"""Jobs that can be leased: queues, attempts, and a state with times.

Revision ID: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)
NEW: dict[str, tuple[type[sa.types.TypeEngine[Any]], str]] = {
    "queue": (sa.Text, "'default'"),
    "priority": (sa.BigInteger, "0"),
    "state": (sa.Text, "'queued'"),
    "attempt": (sa.BigInteger, "0"),
    "max_attempts": (sa.BigInteger, "5"),
    "cancel_requested": (sa.Boolean, "false"),
}
EMPTY: dict[str, Any] = {
    "run_at": TIME,
    "lease_token": sa.Text,
    "lease_expires_at": TIME,
    "worker_id": sa.Text,
    "unique_key": sa.Text,
    "progress": sa.BigInteger,
    "started_at": TIME,
    "finished_at": TIME,
}
# Jobs that were being worked on have lost their worker: they start again.
CONVERT = """
    UPDATE jobs SET
        payload = coalesce(payload, '{}'),
        run_at = created_at,
        state = CASE status WHEN 'done' THEN 'succeeded' WHEN 'error' THEN 'dead'
            ELSE 'queued' END,
        attempt = CASE WHEN status IN ('done', 'error') THEN 1 ELSE 0 END,
        started_at = CASE WHEN status IN ('done', 'error') THEN updated_at END,
        finished_at = CASE WHEN status IN ('done', 'error') THEN updated_at END
"""
RESTORE = """
    UPDATE jobs SET
        updated_at = coalesce(finished_at, started_at, created_at),
        status = CASE WHEN state = 'succeeded' THEN 'done'
            WHEN state IN ('dead', 'cancelled') THEN 'error' ELSE 'pending' END
"""
STATES = "state IN ('queued', 'running', 'succeeded', 'dead', 'cancelled')"
QUEUED = sa.text("state = 'queued'")
RUNNING = sa.text("state = 'running'")
ACTIVE = sa.text("state IN ('queued', 'running')")
ORDER: list[Any] = [sa.text("priority DESC"), "run_at", "id"]


def upgrade() -> None:
    # Add the columns with defaults, fill them, then add the constraints.
    for name, (kind, default) in NEW.items():
        default_sql = sa.text(default)
        column: sa.Column[Any] = sa.Column(
            name, kind, nullable=False, server_default=default_sql
        )
        op.add_column("jobs", column)
        # The defaults were for the old rows alone.
        op.alter_column("jobs", name, server_default=None)
    for name, type_ in EMPTY.items():
        op.add_column("jobs", sa.Column(name, type_))
    op.execute(CONVERT)
    for name in ("run_at", "payload"):
        op.alter_column("jobs", name, nullable=False)
    for name in ("status", "updated_at"):
        op.drop_column("jobs", name)
    op.create_check_constraint(op.f("ck_jobs_state"), "jobs", STATES)
    create_indexes()
    create_tables()


def create_indexes() -> None:
    ready = ["queue", *ORDER]
    op.create_index("ix_jobs_ready", "jobs", ready, postgresql_where=QUEUED)
    op.create_index("ix_jobs_ready_anywhere", "jobs", ORDER, postgresql_where=QUEUED)
    expiry = ["lease_expires_at"]
    op.create_index(
        "ix_jobs_lease_expires_at", "jobs", expiry, postgresql_where=RUNNING
    )
    key = ["unique_key"]
    op.create_index(
        "uq_jobs_unique_key", "jobs", key, unique=True, postgresql_where=ACTIVE
    )


def create_tables() -> None:
    op.create_table(
        "job_attempts",
        sa.Column("job_id", sa.BigInteger, sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("attempt", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("worker_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
    )
    op.create_table(
        "queues",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("paused", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in ("queues", "job_attempts"):
        op.drop_table(table)
    for index in (
        "uq_jobs_unique_key",
        "ix_jobs_lease_expires_at",
        "ix_jobs_ready_anywhere",
        "ix_jobs_ready",
    ):
        op.drop_index(index, "jobs")
    op.add_column("jobs", sa.Column("status", sa.Text, server_default="pending"))
    op.add_column("jobs", sa.Column("updated_at", TIME))
    op.execute(RESTORE)
    for name in ("status", "updated_at"):
        op.alter_column("jobs", name, nullable=False)
    op.drop_constraint(op.f("ck_jobs_state"), "jobs")
    op.alter_column("jobs", "payload", nullable=True)
    for name in (*EMPTY, *NEW):
        op.drop_column("jobs", name)
