"""The class as one SQLite file, for those who calculate.

SQLite and not Parquet: Python, R, spreadsheets and a shell read it without a library
more, and what is asked of a class is mostly one join.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from grader.cohort.rows import Row
from grader.cohort.store import unwritable

TABLES = """
CREATE TABLE students (
    name TEXT, id TEXT, email TEXT, submission TEXT, state TEXT, attempts INTEGER,
    score REAL, max_score INTEGER
);
CREATE TABLE checks (
    student TEXT, submission TEXT, problem TEXT, stage INTEGER, "check" TEXT,
    status TEXT, points INTEGER, score REAL, seconds REAL
);
"""


def write_database(path: Path, rows: Sequence[Row]) -> None:
    """Write the whole file or none of it; SetupError when it cannot be written."""
    with unwritable(path), tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        made = Path(scratch) / path.name
        try:
            with closing(sqlite3.connect(made)) as database, database:
                database.executescript(TABLES)
                marks = ",".join("?" * 8)
                database.executemany(
                    f"INSERT INTO students VALUES ({marks})", map(_student, rows)
                )
                checks = (check for row in rows for check in _checks(row))
                database.executemany(f"INSERT INTO checks VALUES ({marks},?)", checks)
        except sqlite3.OperationalError as error:
            # A full disk, as SQLite says it.
            raise OSError(str(error)) from error
        os.replace(made, path)


def _student(row: Row) -> tuple[object, ...]:
    person, result = row.person, row.result
    return (
        person.name,
        person.id,
        person.email,
        row.id,
        row.state,
        row.attempts,
        result.score if result else None,
        result.max_score if result else None,
    )


def _checks(row: Row) -> Iterator[tuple[object, ...]]:
    for problem in row.result.problems if row.result else ():
        for stage in problem.stages:
            for check in stage.checks:
                yield (
                    row.person.name,
                    row.id,
                    problem.slug,
                    stage.number,
                    check.id,
                    check.status,
                    check.points,
                    check.score,
                    check.seconds,
                )
