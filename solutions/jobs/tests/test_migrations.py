"""Migrations: old jobs survive, in a state that fits."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Engine, text

from jobs.tests.conftest import migrate

LEGACY = {
    "pending": ("queued", False),
    "working": ("queued", False),
    "done": ("succeeded", True),
    "error": ("dead", True),
}


def test_legacy_jobs_keep_their_work(
    new_database: Callable[[], AbstractContextManager[Engine]],
) -> None:
    job = text(
        "INSERT INTO jobs (kind, payload, status, created_at, updated_at)"
        " VALUES (:status, NULL, :status, now(), now())"
    )
    with new_database() as engine:
        migrate(engine, "0001")
        with engine.begin() as connection:
            connection.execute(job, [{"status": status} for status in LEGACY])
        migrate(engine)
        with engine.connect() as connection:
            query = (
                "SELECT kind, state, finished_at IS NOT NULL FROM jobs"
                " WHERE payload = '{}' AND run_at = created_at"
            )
            found = {kind: tuple(row) for kind, *row in connection.execute(text(query))}

    assert found == LEGACY
