"""The result as one HTML file that loads nothing: two themes, no markup but ours."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

from grader.catalogue import load
from grader.report.elements import Child, Element, as_html, element, with_code
from grader.report.failure import Part, clean, explained
from grader.report.next_step import next_step
from grader.report.parts import (
    caught_lines,
    confinement,
    failed_checks,
    failure_as_text,
    points_of,
    score_line,
    state_of,
)
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import say

MARKS = {"passed": "✓", "failed": "✗", "timeout": "✗", "blocked": "·", "error": "!"}
BLOCKS = ("request", "answer", "earlier", "log")
TAGS = {"en": "en", "zh": "zh-Hans"}


def render(result: Result, language: str) -> str:
    style, script = (_beside(name) for name in ("page.css", "page.js"))
    title = say("ui.report", language)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        policy(style, script),
        element("meta", name="viewport", content="width=device-width"),
        element("title", title),
        element("style", style),
    )
    facts = [clean(result.target), result.graded_at]
    body = element(
        "body",
        element("h1", title),
        element("p", " · ".join(f for f in facts if f), class_="soft"),
        *_next(result, language),
        element("p", confinement(result, language), class_="soft"),
        *(part for p in result.problems for part in _problem(result, p, language)),
        *_environment(result, language),
        element("script", script),
    )
    return as_html(element("html", head, body, lang=TAGS[language]))


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def policy(style: str, script: str) -> Element:
    """Nothing may run, load or be sent but this style and this script."""
    rules = (
        "default-src 'none'; base-uri 'none'; form-action 'none';"
        f" style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    return element("meta", http_equiv="Content-Security-Policy", content=rules)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _problem(
    result: Result, problem: ProblemResult, language: str
) -> Iterator[Element]:
    title = load(problem.slug).title[language]
    yield element("h2", f"{title} ", element("code", problem.slug))
    yield element("p", score_line(problem, language), class_="score")
    yield _stages(problem, language)
    opened = False
    for stage in problem.stages:
        failed = failed_checks(stage)
        if failed:
            name = f"{stage.number} {clean(stage.title)}"
            yield element("h3", name)
        for check in failed:
            # The stage that is next lies open; the later ones wait.
            yield _failure(check, result.target, language, is_open=not opened)
        opened |= bool(failed)
    for check in (check for stage in problem.stages for check in stage.checks):
        if lines := caught_lines(check, language):
            yield element("p", lines[0])
            yield element("ul", *(element("li", line[2:]) for line in lines[1:]))
    yield from _passed(problem, language)


def _next(result: Result, language: str) -> Iterator[Element]:
    step = next_step(result, language)
    yield with_code("p", clean(step.text))
    yield element("pre", clean(step.command))


def _stages(problem: ProblemResult, language: str) -> Element:
    heads = [element("th"), element("th", "#", class_="number")]
    for name, kind in (("stage", ""), ("points", "number"), ("state", "")):
        text = say(f"ui.column_{name}", language)
        heads.append(element("th", text, **({"class": kind} if kind else {})))
    rows = [_row(stage, language) for stage in problem.stages]
    head = element("thead", element("tr", *heads))
    return element("table", head, element("tbody", *rows))


def _row(stage: StageResult, language: str) -> Element:
    return element(
        "tr",
        element("td", *_mark(stage)[:1], class_=_mark(stage)[1]),
        element("td", str(stage.number), class_="number"),
        element("td", clean(stage.title)),
        element("td", points_of(stage), class_="number"),
        element("td", state_of(stage, language), class_="soft"),
    )


def _mark(stage: StageResult) -> tuple[str, str]:
    """The sign of a stage, and its class."""
    if stage.not_begun:
        return "–", "soft"
    return MARKS[stage.status], stage.status


def _failure(
    check: CheckResult, target: str, language: str, *, is_open: bool
) -> Element:
    parts = explained(check.failure, language, target) if check.failure else []
    found = element("details", _title(check), **({"open": "open"} if is_open else {}))
    found.extend(_shown(parts))
    if check.failure:
        text, done = (say(f"ui.{key}", language) for key in ("copy", "copied"))
        whole = element(
            "pre", failure_as_text(check, language, target), hidden="hidden"
        )
        button = element("button", text, type="button", data_copied=done)
        found.append(element("div", button, whole))
    return found


def _title(check: CheckResult) -> Element:
    mark = element("span", MARKS[check.status], class_=check.status)
    points = element("span", points_of(check), class_="soft")
    title = with_code("span", clean(check.title))
    return element("summary", mark, " ", title, " ", points)


def _shown(parts: list[Part]) -> Iterator[Element]:
    """Labelled parts in a list, what was sent and printed in blocks, in their order."""
    fields: list[Child] = []
    lines: list[str] = []
    for part in (*parts, Part("text", "")):
        if lines and part.kind not in BLOCKS:
            yield element("pre", "\n".join(lines))
            lines = []
        if fields and not part.label:
            yield element("dl", *fields)
            fields = []
        if part.label:
            fields += [element("dt", part.label), _value(part)]
        elif part.kind in BLOCKS:
            lines.append(str(part))
        elif part.kind == "aside":
            yield element("p", part.text, class_="soft")
        elif part.text:
            yield with_code("p", part.text)


def _value(part: Part) -> Element:
    if part.kind == "link" and part.text.startswith("https://"):
        return element("dd", element("a", part.text, href=part.text, rel="noreferrer"))
    if part.kind == "place":
        return element("dd", element("code", part.text))
    return element("dd", part.text)


def _passed(problem: ProblemResult, language: str) -> Iterator[Element]:
    checks = [c for s in problem.stages for c in s.checks if c.status == "passed"]
    if checks:
        title = say("ui.passed_checks", language, count=len(checks))
        rows = [with_code("li", clean(check.title)) for check in checks]
        yield element("details", element("summary", title), element("ul", *rows))


def _environment(result: Result, language: str) -> Iterator[Element]:
    rows: list[Child] = []
    for name, value in result.environment.items():
        rows += [element("dt", clean(name)), element("dd", clean(str(value)))]
    title = element("summary", say("ui.environment", language))
    yield element("details", title, element("dl", *rows))
