"""Runs migrations on the connection that a test hands in, else on DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine

from blog.models import Post

target_metadata = Post.metadata


def run_on(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run_on(given)
else:
    engine = create_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        run_on(connection)
