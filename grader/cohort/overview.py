"""The class on one page that loads nothing: where all stand, and what to teach next."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from grader.catalogue import load
from grader.cohort.find import Found
from grader.cohort.page import page
from grader.cohort.rows import ERROR, GRADED, INCOMPLETE, MISSING, UNPLACED, Row
from grader.cohort.statistics import (
    Standing,
    hardest,
    missed_bugs,
    pages,
    standings,
)
from grader.cohort.tables import Column, columns, most_points
from grader.report.elements import Child, Element, element, with_code
from grader.report.failure import clean
from grader.report.html import TAGS
from grader.results import StageResult, rounded
from grader.texts import LANGUAGES, say

FILES = {"en": "overview.html", "zh": "overview.zh.html"}
NAMES = {"en": "English", "zh": "中文"}
STEPS = 5


def render(rows: Sequence[Row], found: Found, language: str) -> str:
    style = Path(__file__).with_suffix(".css").read_text("utf-8")
    title = say("cohort.overview", language)
    checks = standings(rows)
    main = element(
        "main",
        element("h1", title),
        *_summary(rows, language),
        *_lesson(checks, language),
        *_map(rows, language),
        *_checks(checks, language),
        *_bugs(rows, language),
        *_rest(rows, found, language),
    )
    body = element("body", _languages(language), main)
    return page(title, style, body, language)


def _languages(language: str) -> Element:
    links = [
        element("a", NAMES[other], href=FILES[other], lang=TAGS[other])
        for other in LANGUAGES
        if other != language
    ]
    return element("nav", *links)


def _summary(rows: Sequence[Row], language: str) -> Iterator[Element]:
    scores = sorted(row.result.score for row in rows if row.result)
    told: dict[str, object] = {
        "graded": len(scores),
        "all": len(rows),
        "middle": rounded(scores[len(scores) // 2]) if scores else "–",
        "most": most_points(rows),
    }
    yield element("p", say("cohort.summary", language, **told), class_="score")


def _lesson(checks: Sequence[Standing], language: str) -> Iterator[Element]:
    """What to open the next lesson with."""
    yield element("h2", say("cohort.lesson", language))
    items = [_item(one, language) for one in hardest(checks)]
    if not items:
        yield element("p", say("cohort.all_pass", language))
        return
    yield element("ol", *items, class_="lesson")


def _item(one: Standing, language: str) -> Element:
    counts = {"passed": len(one.passed), "asked": one.asked, "stuck": len(one.stuck)}
    where = f"{one.slug} {one.check.stage}"
    children: list[Child] = [
        with_code("strong", f"{where}: {one.check.title[language]}"),
        element("br"),
        say("cohort.passed_of", language, **counts),
        element("br"),
        with_code("span", one.check.why.text[language]),
        element("br"),
        say("cohort.read", language),
        " ",
    ]
    for path, title in pages(one.slug, one.check.stage):
        children += [f"{title[language]} (", element("code", path), ") · "]
    read = one.check.why.read
    children.append(element("a", read, href=read, rel="noreferrer"))
    return element("li", *children)


def _map(rows: Sequence[Row], language: str) -> Iterator[Element]:
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


def _checks(checks: Sequence[Standing], language: str) -> Iterator[Element]:
    """Per check how many passed, and who has it as the next thing to do."""
    yield element("h2", say("cohort.checks", language))
    for (slug, number), group in _by_stage(checks).items():
        title = load(slug).stage(number).title[language]
        yield element("h3", f"{slug} {number} · {title}")
        lines = [_check(one, language) for one in group]
        yield element("table", element("tbody", *lines))


def _by_stage(checks: Sequence[Standing]) -> dict[Column, list[Standing]]:
    found: dict[Column, list[Standing]] = {}
    for one in checks:
        found.setdefault((one.slug, one.check.stage), []).append(one)
    return found


def _check(one: Standing, language: str) -> Element:
    count = f"{len(one.passed)}/{one.asked}"
    bar = element(
        "meter", count, min="0", max=str(one.asked), value=str(len(one.passed))
    )
    title: list[Child] = [with_code("span", one.check.title[language])]
    if one.stuck:
        names = ", ".join(clean(name) for name in one.stuck)
        told = say("cohort.stuck", language, count=len(one.stuck))
        title.append(element("details", element("summary", told), names))
    return element(
        "tr",
        element("td", *title),
        element("td", bar),
        element("td", count, class_="number"),
    )


def _bugs(rows: Sequence[Row], language: str) -> Iterator[Element]:
    found = missed_bugs(rows)
    if not found:
        return
    yield element("h2", say("cohort.bugs", language))
    told = [
        f"{say('cohort.missed_by', language, count=count, asked=asked)} "
        f"{clean(story[language])}"
        for story, count, asked in found
    ]
    yield element("ul", *(element("li", text) for text in told))


def _rest(rows: Sequence[Row], found: Found, language: str) -> Iterator[Element]:
    """Whoever has no row in the map, and why."""
    lines = [
        f"{row.person.name}: {_why(row, language)}"
        for row in rows
        if row.state != GRADED
    ]
    lines += [
        f"{one.source}: {one.why.render(language)}"
        for one in found.unplaced
        if one.why.key == "cohort.older"
    ]
    if lines:
        yield element("h2", say("cohort.rest", language))
        yield element("ul", *(element("li", clean(line)) for line in lines))


def _why(row: Row, language: str) -> str:
    state = say(f"cohort.state_{row.state}", language)
    shown = row.notes if row.state in (ERROR, UNPLACED, INCOMPLETE, MISSING) else []
    return "; ".join([state, *(note.render(language) for note in shown)])
