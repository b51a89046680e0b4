"""The report in a terminal: progress, stages, failures, and one next step."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import Problem, load
from grader.report.failure import Part, clean, explained
from grader.report.parts import next_step, points_of, score_line, state_of
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import say

MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "timeout": ("✗", "red"),
    "blocked": ("·", "yellow"),
    "error": ("!", "magenta"),
}
IN_FULL = 3
STYLES = {"request": "cyan", "answer": "dim", "log": "dim"}


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
        self.target = ""
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

    def note(self, text: str) -> None:
        """A line beside the report."""
        self.console.print(Styled(clean(text), "dim"), soft_wrap=True)

    def show(self, result: Result) -> None:
        self.target = result.target
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
        # In one line, so that the command in it can be copied.
        self.console.print(Styled(next_step(problem, self.language)), soft_wrap=True)

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
                Styled(points_of(stage), style),
                f"{stage.seconds:.1f} s",
                Styled(state_of(stage, self.language), "dim"),
            )
        return table

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
        self.console.print()
        self.console.print(
            Styled.assemble(
                (f"{mark} {stage.number} ", style),
                (clean(check.title), "bold"),
                f"  {points_of(check)}",
            )
        )
        if check.failure:
            parts = explained(check.failure, self.language, self.target)
            for line in map(styled, parts) if full else [summary(parts[0])]:
                self._indented(line)

    def _indented(self, line: Styled) -> None:
        if line.no_wrap:
            self.console.print(Styled("    ") + line, soft_wrap=True)
        else:
            self.console.print(Padding(line, (0, 0, 0, 4)))

    def _score(self, problem: ProblemResult) -> Styled:
        full = problem.score == problem.max_score
        line = score_line(problem, self.language)
        return Styled(line, "bold green" if full else "bold")


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


def styled(part: Part) -> Styled:
    if not part.label:
        return Styled(str(part), STYLES.get(part.kind, ""))
    line = Styled.assemble((part.lead, "dim"), part.text)
    if part.kind in ("place", "link"):
        # Never broken by us: a problem matcher reads it line by line, and links open.
        line.no_wrap = True
    return line


def summary(part: Part) -> Styled:
    return Styled(part.text, "dim")


def down(check: CheckResult) -> str:
    """What keeps the app from running at all, or nothing."""
    failure = check.failure or {}
    if str(failure.get("key")).startswith(("failure.down.", "failure.start_timeout")):
        return json.dumps([failure["text"], failure["got"]])
    return ""
