"""For a service's migrations: how they run, and the table that 0001 begins with."""

import os

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy import Connection, MetaData, NullPool, create_engine


def run(metadata: MetaData) -> None:
    """Migrate on the connection that a test hands in, else on DATABASE_URL."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        run_on(given, metadata)
        return
    engine = create_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        run_on(connection, metadata)


def run_on(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


def create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False, server_default="user"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('user', 'admin')", name=op.f("ck_users_role")),
    )
    op.create_index(
        "uq_users_lower_email", "users", [sa.text("lower(email)")], unique=True
    )
