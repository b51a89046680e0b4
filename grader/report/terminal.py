"""The report in a terminal: progress, stages, failures, and one next step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import load
from grader.report.bar import Bar
from grader.report.failure import PAGE, SCREEN, clean, explained, from_here
from grader.report.lines import KNOWN, by_cause, styled, summary
from grader.report.next_step import Step, next_step
from grader.report.parts import (
    caught_lines,
    confinement,
    failed_checks,
    points_of,
    score_line,
    state_of,
)
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import say

MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "timeout": ("✗", "red"),
    "blocked": ("·", "yellow"),
    "error": ("!", "magenta"),
}
NOT_BEGUN = ("–", "dim")
FAILURES_IN_FULL = 3


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
        self.room = PAGE if every_failure else SCREEN
        self.console = console or Console(highlight=False)

    def say(self, key: str, **params: object) -> str:
        return say(f"ui.{key}", self.language, **params)

    @contextmanager
    def progress(self) -> Iterator[Bar]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(40),
            MofNCompleteColumn(),
        )
        # Elsewhere an empty line would stand for each that was drawn anew.
        drawn = self.console.is_terminal
        with Progress(
            *columns, console=self.console, transient=True, disable=not drawn
        ) as progress:
            yield Bar(progress, self.language, self.say("starting"))

    def note(self, text: str, command: str = "") -> None:
        """A line beside the report, and a command to copy."""
        self.console.print(Styled(clean(text), "dim"))
        if command:
            self._command(command)

    def show(self, result: Result) -> None:
        self.target = result.target
        for problem in result.problems:
            short = len(result.problems) > 1 and all(
                stage.not_begun for stage in problem.stages
            )
            self._heading(problem, result.target)
            if short:
                points, stages = problem.max_score, len(problem.stages)
                text = self.say("problem_not_begun", points=points, stages=stages)
                self.console.print(Styled(text, "dim"))
            else:
                self._problem(problem)
        if said := confinement(result, self.language):
            self.note(said)

    def next(self, result: Result) -> None:
        """The last lines: what to do now."""
        step: Step = next_step(result, self.language)
        self.console.print()
        self.console.print(Styled(clean(step.text)))
        self._command(step.command)

    def _command(self, command: str) -> None:
        # Never broken by us, so that it can be copied.
        self.console.print(Styled(f"    {clean(command)}", "bold"), soft_wrap=True)

    def _heading(self, problem: ProblemResult, target: str) -> None:
        title = load(problem.slug).title[self.language]
        name = f"  {problem.slug} · {from_here(Path(target))}"
        self.console.print()
        self.console.print(Styled.assemble((title, "bold"), name))

    def _problem(self, problem: ProblemResult) -> None:
        self.console.print()
        self.console.print(self._stages(problem))
        self._failures(problem)
        self._caught(problem)
        self.console.print()
        self.console.print(self._score(problem))

    def _stages(self, problem: ProblemResult) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for column in ("left", "right", "left", "right", "right", "left"):
            table.add_column(justify=column)
        for stage in problem.stages:
            mark, style = NOT_BEGUN if stage.not_begun else MARKS[stage.status]
            table.add_row(
                Styled(mark, style),
                str(stage.number),
                stage.title,
                Styled(points_of(stage), style),
                f"{stage.seconds:.1f} s" if stage.seconds else "",
                Styled(state_of(stage, self.language), "dim"),
            )
        return table

    def _failures(self, problem: ProblemResult) -> None:
        """Explain the stage that is next; later ones wait, unless all are wanted."""
        told = [s for s in problem.stages if failed_checks(s)]
        faults = [s for s in told if s.status == "error"]
        shown = told if self.every_failure else faults or told[:1]
        for stage in shown:
            self._stage_failures(stage)
        later = sum(len(failed_checks(s)) for s in told if s not in shown)
        if later:
            self.console.print()
            self.console.print(Styled(self.say("later", count=later), "dim"))

    def _caught(self, problem: ProblemResult) -> None:
        """What the learner's tests found and missed, also if it was enough."""
        for stage in problem.stages:
            for check in stage.checks:
                lines = caught_lines(check, self.language)
                if lines:
                    self.console.print()
                for line in lines:
                    self.console.print(Styled(line))

    def _stage_failures(self, stage: StageResult) -> None:
        shown = 0
        for checks in by_cause(failed_checks(stage)):
            # What is not written, or waits for what is not, needs no explanation.
            known = (checks[0].failure or {}).get("key") in KNOWN
            full = not known and (self.every_failure or shown < FAILURES_IN_FULL)
            shown += full
            self.console.print()
            for check in checks if known else checks[:1]:
                self._title(stage, check)
            self._explained(checks[0], full)
            if len(checks) > 1 and not known:
                more = self.say("same_cause", count=len(checks) - 1)
                self._indented(Styled(more, "dim"))

    def _title(self, stage: StageResult, check: CheckResult) -> None:
        mark, style = MARKS[check.status]
        self.console.print(
            Styled.assemble(
                (f"{mark} {stage.number} ", style),
                (clean(check.title), "bold"),
                f"  {points_of(check)}",
            )
        )

    def _explained(self, check: CheckResult, full: bool) -> None:
        if check.failure:
            parts = explained(check.failure, self.language, self.target, self.room)
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
