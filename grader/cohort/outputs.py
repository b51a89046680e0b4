"""Writes what a teacher takes away: tables, and each student's report."""

import json
from collections.abc import Sequence

from grader.cohort import overview
from grader.cohort.database import write_database
from grader.cohort.find import Found
from grader.cohort.rows import Row
from grader.cohort.store import Kept, Store
from grader.cohort.tables import FORMATS, grades
from grader.report import gradescope, html


def write_one(store: Store, kept: Kept, language: str) -> None:
    """A student's result in each form, beside each other."""
    result = kept.graded
    assert result
    folder = store.folder / "students" / kept.id
    data = json.dumps(result.to_json(), ensure_ascii=False, indent=1)
    store.write(folder / "result.json", f"{data}\n")
    store.write(folder / "report.html", html.render(result, language))
    store.write(folder / "results.json", gradescope.render(result, language))


def write_all(
    store: Store,
    rows: Sequence[Row],
    found: Found,
    formats: Sequence[str],
    language: str,
) -> None:
    store.write(store.folder / "grades.csv", grades(rows, language))
    write_database(store.folder / "cohort.sqlite", rows)
    for shown, file in overview.FILES.items():
        store.write(store.folder / file, overview.render(rows, found, shown))
    for name in formats:
        store.write(store.folder / f"{name}.csv", FORMATS[name](rows, language))
    for row in rows:
        kept = store.get(row.id) if row.id else None
        report = store.folder / "students" / row.id / "report.html"
        if kept and kept.graded and not report.exists():
            write_one(store, kept, language)
