"""The class on one page that loads nothing: where all stand, and what to teach next."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.catalogue import load
from grader.cohort.find import Found
from grader.cohort.heat_map import heat_map
from grader.cohort.page import page
from grader.cohort.rows import ERROR, GRADED, INCOMPLETE, MISSING, UNPLACED, Row
from grader.cohort.statistics import (
    Standing,
    hardest,
    missed_bugs,
    pages,
    standings,
)
from grader.cohort.tables import Column, most_points
from grader.report.elements import Child, Element, element, with_code
from grader.report.failure import clean
from grader.report.html import TAGS
from grader.results import rounded
from grader.texts import LANGUAGES, say

FILES = {"en": "overview.html", "zh": "overview.zh.html"}
NAMES = {"en": "English", "zh": "中文"}


def render(rows: Sequence[Row], found: Found, language: str) -> str:
    style = Path(__file__).with_suffix(".css").read_text("utf-8")
    title = say("cohort.overview", language)
    checks = standings(rows)
    main = element(
        "main",
        element("h1", title),
        *_summary(rows, language),
        *_lesson(checks, language),
        *heat_map(rows, language),
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
