"""The report in a terminal: progress, stages, failures, and one next step."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import Problem, load
from grader.report.translate import readable
from grader.results import CheckResult, ProblemResult, Result, StageResult, rounded
from grader.texts import say

MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "timeout": ("✗", "red"),
    "blocked": ("·", "yellow"),
    "error": ("!", "magenta"),
}
IN_FULL = 3
# A learner's output may hold escape sequences; none reaches the terminal.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Screen:
    """Shows one result in one language."""

    def __init__(
        self,
        language: str,
        *,
        every_failure: bool = False,
        console: Console | None = None,
    ) -> None:
        self.language = language
        self.every_failure = every_failure
        self.console = console or Console(highlight=False)

    def say(self, key: str, **params: object) -> str:
        return say(f"ui.{key}", self.language, **params)

    @contextmanager
    def progress(self) -> Iterator["Bar"]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(40),
            MofNCompleteColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield Bar(progress, self.language, self.say("starting"))

    def show(self, result: Result) -> None:
        for problem in result.problems:
            self._problem(problem, result.target)

    def _problem(self, problem: ProblemResult, target: str) -> None:
        title = load(problem.slug).title[self.language]
        self.console.print()
        self.console.print(
            Styled.assemble((title, "bold"), f"  {problem.slug} · {target}")
        )
        self.console.print()
        self.console.print(self._stages(problem))
        self._failures(problem)
        self.console.print()
        self.console.print(self._score(problem))
        self.console.print(self._next_step(problem))

    def _stages(self, problem: ProblemResult) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for column in ("left", "right", "left", "right", "right", "left"):
            table.add_column(justify=column)
        for stage in problem.stages:
            mark, style = MARKS[stage.status]
            table.add_row(
                Styled(mark, style),
                str(stage.number),
                stage.title,
                Styled(f"{rounded(stage.score)}/{stage.points}", style),
                f"{stage.seconds:.1f} s",
                Styled(self._summary(stage), "dim"),
            )
        return table

    def _summary(self, stage: StageResult) -> str:
        if stage.status == "passed":
            return ""
        if stage.status == "blocked":
            waits = {(c.failure or {})["params"].get("stage") for c in stage.checks}
            return self.say("waits", stage=min(waits))
        passed = sum(check.status == "passed" for check in stage.checks)
        return self.say("checks_passed", passed=passed, checks=len(stage.checks))

    def _failures(self, problem: ProblemResult) -> None:
        """Explain the stage that is next; later ones wait, unless all are wanted."""
        unfinished = [
            s for s in problem.stages if s.status not in ("passed", "blocked")
        ]
        faults = [s for s in unfinished if s.status == "error"]
        for stage in unfinished if self.every_failure else faults or unfinished[:1]:
            self._stage_failures(stage)
        later = sum(
            check.status != "passed"
            for stage in unfinished[1:]
            for check in stage.checks
        )
        if later and not self.every_failure:
            self.console.print()
            self.console.print(Styled(self.say("later", count=later), "dim"))

    def _stage_failures(self, stage: StageResult) -> None:
        shown = repeated = 0
        seen: set[str] = set()
        for check in stage.checks:
            if check.status in ("passed", "blocked"):
                continue
            # An app that does not start is explained once, not for every check.
            cause = down(check)
            if cause in seen:
                repeated += 1
                continue
            if cause:
                seen.add(cause)
            # What is not written yet needs no explanation.
            known = (check.failure or {}).get("key") == "failure.not_written"
            full = not known and (self.every_failure or shown < IN_FULL)
            shown += full
            self._failure(stage, check, full)
        if repeated:
            self.console.print()
            self.console.print(Styled(self.say("same_cause", count=repeated), "dim"))

    def _failure(self, stage: StageResult, check: CheckResult, full: bool) -> None:
        mark, style = MARKS[check.status]
        points = f"{rounded(check.score)}/{check.points}"
        self.console.print()
        self.console.print(
            Styled.assemble(
                (f"{mark} {stage.number} ", style),
                (clean(check.title), "bold"),
                f"  {points}",
            )
        )
        if check.failure:
            parts = self._explain(check.failure) if full else self._brief(check.failure)
            self.console.print(Padding(Group(*parts), (0, 0, 0, 4)))

    def _brief(self, failure: dict[str, Any]) -> list[RenderableType]:
        return [Styled(clean(failure["text"]), "dim")]

    def _explain(self, failure: dict[str, Any]) -> list[RenderableType]:
        parts: list[RenderableType] = [Styled(clean(failure["text"]))]
        expected = text_of(failure["expected"], self.language)
        got = text_of(failure["got"], self.language)
        values = zip(("expected", "got"), focused(expected, got), strict=True)
        for name, value in values:
            if failure[name] is not None:
                parts.append(self._line(name, value))
        if where := failure["where"]:
            place = f"{where['file']}:{where['line']}"
            place += f" {where['function']}" if where["function"] else ""
            parts.append(self._line("where", place))
        if failure["exception"]:
            parts.append(self._line("exception", failure["exception"]))
        parts += [self._line("note", note["text"]) for note in failure["notes"]]
        parts += self._exchanges(failure["exchanges"])
        if (
            failure["log"]
            and not failure["where"]
            and failure["key"] != "failure.status"
        ):
            parts.append(Styled(self.say("log"), "dim"))
            parts += [Styled(f"  {clean(line)}", "dim") for line in failure["log"]]
        parts.append(self._line("why", failure["why"]))
        parts.append(self._line("read", failure["read"]))
        return parts

    def _exchanges(self, exchanges: list[dict[str, Any]]) -> list[RenderableType]:
        parts: list[RenderableType] = []
        for exchange in exchanges[-3:]:
            parts.append(Styled(f"$ {clean(exchange['request'])[:600]}", "cyan"))
            answer = exchange["error"] or f"{exchange['status']} {exchange['body']}"
            parts.append(Styled(f"  {clean(str(answer))[:600]}", "dim"))
        return parts

    def _line(self, name: str, value: object) -> Styled:
        label = self.say(name)
        return Styled.assemble((f"{label}: ", "dim"), clean(str(value)))

    def _score(self, problem: ProblemResult) -> Styled:
        checks = sum(len(stage.checks) for stage in problem.stages)
        line = self.say(
            "score",
            score=rounded(problem.score),
            points=problem.max_score,
            checks=checks,
        )
        return Styled(
            line, "bold green" if problem.score == problem.max_score else "bold"
        )

    def _next_step(self, problem: ProblemResult) -> Styled:
        stage = next((s for s in problem.stages if s.status != "passed"), None)
        if stage is None:
            return Styled(self.say("all_passed"))
        page = load(problem.slug).page
        suffix = ".zh.md" if self.language == "zh" else ".md"
        step = self.say(
            "next",
            stage=stage.number,
            title=stage.title,
            page=f"problems/{page}{suffix}",
            command=f"nox -s grade -- {problem.slug} --stage {stage.number}",
        )
        return Styled(step)


class Bar:
    """One bar for all problems, fed by the engine."""

    def __init__(self, progress: Progress, language: str, starting: str) -> None:
        self._progress = progress
        self._language = language
        self._task = progress.add_task(starting, total=None)

    def begin(self, problem: Problem, checks: int) -> None:
        self._progress.reset(
            self._task, total=checks, description=problem.title[self._language]
        )

    def judged(self, problem: Problem, stage: int, check: CheckResult) -> None:
        title = problem.stage(stage).title[self._language]
        self._progress.update(self._task, advance=1, description=f"{stage} {title}")


def down(check: CheckResult) -> str:
    """What keeps the app from running at all, or nothing."""
    failure = check.failure or {}
    if str(failure.get("key")).startswith(("failure.down.", "failure.start_timeout")):
        return json.dumps([failure["text"], failure["got"]])
    return ""


def clean(text: str) -> str:
    return CONTROL.sub("�", text)


def text_of(value: Any, language: str) -> str:
    said = readable(value, language)
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def focused(expected: str, got: str, limit: int = 700) -> tuple[str, str]:
    """Long texts are cut, but never where they differ for the first time."""
    pairs = enumerate(zip(expected, got, strict=False))
    differ = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(got)))
    start = 0 if differ < limit // 2 else differ - limit // 4
    return window(expected, start, limit), window(got, start, limit)


def window(text: str, start: int, limit: int) -> str:
    before = "…" if start else ""
    after = "…" if len(text) > start + limit else ""
    return f"{before}{text[start : start + limit]}{after}"
