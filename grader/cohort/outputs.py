"""Writes what a teacher takes away: tables, and each student's report."""

from collections.abc import Sequence

from grader.cohort import overview
from grader.cohort.find import Found
from grader.cohort.rows import Row
from grader.cohort.store import Kept, Store
from grader.cohort.tables import FORMATS, grades
from grader.report import gradescope, html
from grader.results import write_json


def write_one(store: Store, kept: Kept, language: str) -> None:
    """A student's result in each form, beside each other."""
    result = kept.graded
    assert result
    folder = store.folder / "students" / kept.id
    folder.mkdir(parents=True, exist_ok=True)
    write_json(result, folder / "result.json")
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
    for shown, file in overview.FILES.items():
        store.write(store.folder / file, overview.render(rows, found, shown))
    for name in formats:
        store.write(store.folder / f"{name}.csv", FORMATS[name](rows, language))
    for row in rows:
        kept = store.get(row.id) if row.id else None
        report = store.folder / "students" / row.id / "report.html"
        if kept and kept.graded and not report.exists():
            write_one(store, kept, language)
