"""The map of a class on its page: a row for each student, a column for each stage."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from grader.catalogue import load
from grader.cohort.rows import Row
from grader.cohort.tables import Column, columns, most_points
from grader.report.elements import Element, element
from grader.report.failure import clean
from grader.results import StageResult, rounded
from grader.texts import say

STEPS = 5


def heat_map(rows: Sequence[Row], language: str) -> Iterator[Element]:
    """Students by stages; the number says what the colour says."""
    stages = columns(rows)
    graded = [row for row in rows if row.result]
    graded.sort(key=lambda row: -row.result.score if row.result else 0.0)
    heads = [
        element("th", say("cohort.student", language), scope="col"),
        *(_head(column, language) for column in stages),
        element("th", say("cohort.total", language), scope="col", class_="number"),
    ]
    most = most_points(rows)
    body = [_line(row, stages, most) for row in graded]
    table = element(
        "table",
        element("caption", say("cohort.map_says", language), class_="soft"),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
        class_="heat",
    )
    yield element("h2", say("cohort.map", language))
    # What scrolls must be reached by keyboard, too.
    named = say("cohort.map", language)
    yield element(
        "div", table, class_="scroll", tabindex="0", role="region", aria_label=named
    )


def _head(column: Column, language: str) -> Element:
    slug, number = column
    title = load(slug).stage(number).title[language]
    return element("th", f"{slug} {number}", scope="col", title=title)


def _line(row: Row, stages: Sequence[Column], most: int) -> Element:
    assert row.result
    by_stage = {(p.slug, s.number): s for p in row.result.problems for s in p.stages}
    link = element(
        "a", clean(row.person.name), href=f"students/{quote(row.id)}/report.html"
    )
    cells = [_cell(by_stage.get(column)) for column in stages]
    total = f"{rounded(row.result.score)}/{most}"
    return element(
        "tr",
        element("th", link, scope="row"),
        *cells,
        element("td", total, class_="number"),
    )


def _cell(stage: StageResult | None) -> Element:
    if stage is None or not stage.points:
        return element("td", "–", class_="cell none")
    if stage.not_begun:
        return element("td", "·", class_="cell none")
    share = stage.score / stage.points
    step = min(STEPS - 1, int(share * (STEPS - 1)))
    return element(
        "td", f"{rounded(stage.score)}/{stage.points}", class_=f"cell h{step}"
    )
