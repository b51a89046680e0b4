"""The points of a class as CSV: our own table, and what platforms import."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from grader.cohort.rows import Row
from grader.results import Result, rounded

# A cell that begins so is a formula to a spreadsheet; names come from outside.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Column = tuple[str, int]
Record = dict[str, object]


def columns(rows: Sequence[Row]) -> list[Column]:
    """The stages that were graded: slug and number."""
    found: dict[Column, None] = {}
    for result in (row.result for row in rows if row.result):
        for problem in result.problems:
            found |= {(problem.slug, stage.number): None for stage in problem.stages}
    return sorted(found)


def grades(rows: Sequence[Row], language: str) -> str:
    """A row a student: points of each stage, the total, and what to know of it."""
    stages, most = columns(rows), most_points(rows)
    return as_csv(_grades(row, stages, most, language) for row in rows)


def _grades(row: Row, stages: Sequence[Column], most: int, language: str) -> Record:
    result = row.result
    return {
        "id": row.person.id,
        "name": row.person.name,
        "email": row.person.email,
        "submission": row.source,
        "state": row.state,
        **{f"{slug} {n}": points(result, slug, n) for slug, n in stages},
        "total": rounded(result.score) if result else "",
        "max": most if result else "",
        "attempts": row.attempts,
        "notes": "; ".join(note.render(language) for note in row.notes),
    }


def points(result: Result | None, slug: str, number: int) -> float | int | str:
    """Of one stage; nothing when it was not graded."""
    stages = [
        stage
        for problem in (result.problems if result else [])
        for stage in problem.stages
        if (problem.slug, stage.number) == (slug, number)
    ]
    return rounded(stages[0].score) if stages else ""


def canvas(rows: Sequence[Row], language: str) -> str:
    """As Canvas' gradebook takes it: it finds students by ID or SIS login."""
    title = _title(rows)
    whole: list[Record] = [
        {
            "Student": "    Points Possible",
            "ID": "",
            "SIS Login ID": "",
            "Section": "",
            title: most_points(rows),
        }
    ]
    for row in _graded(rows):
        by_number = row.person.id.isdigit()
        whole.append(
            {
                "Student": row.person.name,
                "ID": row.person.id if by_number else "",
                "SIS Login ID": "" if by_number else row.person.id or row.person.email,
                "Section": "",
                title: _total(row),
            }
        )
    return as_csv(whole)


def moodle(rows: Sequence[Row], language: str) -> str:
    """As Moodle's grade import takes it; it maps by ID number or email."""
    title = _title(rows)
    return as_csv(
        {
            "ID number": row.person.id,
            "Full name": row.person.name,
            "Email address": row.person.email,
            title: _total(row),
            "Feedback": "; ".join(note.render(language) for note in row.notes),
        }
        for row in _graded(rows)
    )


def gradescope(rows: Sequence[Row], language: str) -> str:
    """In the columns of Gradescope's own export of grades."""
    most = most_points(rows)
    return as_csv(
        {
            "Name": row.person.name,
            "SID": row.person.id,
            "Email": row.person.email,
            "Total Score": _total(row),
            "Max Points": most,
            "Status": "Graded",
        }
        for row in _graded(rows)
    )


FORMATS: dict[str, Callable[[Sequence[Row], str], str]] = {
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
}


def _graded(rows: Sequence[Row]) -> Iterator[Row]:
    """A student whose submission could not be judged must not get a zero for it."""
    return (row for row in rows if row.result and not row.result.not_judged)


def _title(rows: Sequence[Row]) -> str:
    slugs = dict.fromkeys(slug for slug, _ in columns(rows))
    return " + ".join(slugs) or "points"


def _total(row: Row) -> float | int | str:
    return rounded(row.result.score) if row.result else ""


def most_points(rows: Sequence[Row]) -> int:
    """What there was to earn, also for whoever left a problem out."""
    return max((row.result.max_score for row in rows if row.result), default=0)


def as_csv(records: Iterable[Record]) -> str:
    whole = list(records)
    out = io.StringIO(newline="")
    if whole:
        writer = csv.DictWriter(out, list(whole[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _safe(v) for k, v in one.items()} for one in whole)
    # Spreadsheets take a table for UTF-8 only when it begins so.
    return "\ufeff" + out.getvalue()


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
