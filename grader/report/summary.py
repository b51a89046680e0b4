"""The result as a GitHub step summary: Markdown, of bounded size."""

import re

from grader.report.failure import clean
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
from grader.results import CheckResult, ProblemResult, Result
from grader.texts import say

# GitHub refuses a step's summary above 1 MiB; nobody reads a tenth of it.
LIMIT = 100_000
MARKS = {"passed": "✅", "failed": "❌", "timeout": "❌", "blocked": "⏳", "error": "⚠️"}
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~@&$:])")


def render(result: Result, language: str, limit: int = LIMIT) -> str:
    """Markdown of at most `limit` bytes; failures that do not fit are counted."""
    heads = [_head(problem, language) for problem in result.problems]
    details = [
        _details(check, language, result.target)
        for problem in result.problems
        for stage in problem.stages
        for check in failed_checks(stage)
    ]
    if said := confinement(result, language):
        heads.append(f"{plain(said)}\n")
    step = next_step(result, language)
    kept = "\n".join([*heads, f"{plain(step.text)}\n", _block(step.command)])
    for shown, text in enumerate(details):
        if len(f"{kept}\n{text}".encode()) > limit - 200:
            rest = len(details) - shown
            return f"{kept}\n{say('ui.summary_cut', language, count=rest)}\n"
        kept = f"{kept}\n{text}"
    return kept


def _head(problem: ProblemResult, language: str) -> str:
    columns = ("", "#", *(say(f"ui.column_{c}", language) for c in COLUMNS))
    rows = [columns, ("---",) * len(columns)]
    for stage in problem.stages:
        state = plain(state_of(stage, language))
        title = plain(stage.title)
        mark = "➖" if stage.not_begun else MARKS[stage.status]
        rows.append((mark, str(stage.number), title, points_of(stage), state))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    caught = [
        "\n".join(map(plain, caught_lines(check, language)))
        for stage in problem.stages
        for check in stage.checks
        if check.caught
    ]
    score = f"**{plain(score_line(problem, language))}**"
    lines = (f"## {problem.slug}", table, *caught, score)
    return "\n\n".join(lines) + "\n"


COLUMNS = ("stage", "points", "state")


def _details(check: CheckResult, language: str, target: str) -> str:
    told = failure_as_text(check, language, target)
    title = f"{MARKS[check.status]} {plain(check.title)} ({points_of(check)})"
    return f"<details><summary>{title}</summary>\n\n{_block(told)}\n</details>\n"


def _block(text: str) -> str:
    # Longer than any run of backticks in it: nothing ends the block but we.
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 3)
    return f"{fence}text\n{clean(text)}\n{fence}\n"


def plain(text: str) -> str:
    """Text in which no character means anything to Markdown or HTML."""
    flat = clean(text).replace("\n", " ")
    return SPECIAL.sub(lambda found: f"&#{ord(found[1])};", flat)
