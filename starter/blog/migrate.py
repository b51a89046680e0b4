"""Runs migrations on the connection that a test hands in, else on DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import Connection, MetaData, NullPool, create_engine


def run(metadata: MetaData) -> None:
    """For env.py: migrate towards the tables in `metadata`."""
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
