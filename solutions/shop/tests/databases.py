"""Databases of the tests' own, migrated as production migrates."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from shop import main


@contextlib.contextmanager
def new_database() -> Iterator[Engine]:
    """An empty database with a random name, so that no other worker has it."""
    url = make_url(os.environ["DATABASE_URL"])
    name = f"shop_test_{uuid.uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        engine = create_engine(url.set(database=name))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def migrate(engine: Engine, revision: str, down: bool = False) -> None:
    """Move a database to a revision with the migrations that production runs."""
    folder = Path(str(main.__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
