"""How far a grading has come: a line of a terminal, or now and then a line of a log."""

import time

from rich.progress import Progress

from grader.catalogue import Problem
from grader.results import CheckResult
from grader.texts import say

# Where no line can be drawn anew, one is printed when nothing was for so long.
QUIET_SECONDS = 10.0


class Bar:
    """One bar for all problems, fed by the engine."""

    def __init__(self, progress: Progress, language: str, starting: str) -> None:
        self._progress = progress
        self._language = language
        self._task = progress.add_task(starting, total=None)
        self._said = time.monotonic()

    def begin(self, problem: Problem, checks: int) -> None:
        self._progress.reset(
            self._task, total=checks, description=problem.title[self._language]
        )

    def judged(self, problem: Problem, stage: int, check: CheckResult) -> None:
        title = problem.stage(stage).title[self._language]
        self._show(f"{stage} {title}", 1)

    def ran_tests(self, problem: Problem, runs: int) -> None:
        stage = next(s for s in problem.stages if s.own_tests)
        title = stage.title[self._language]
        told = say("ui.ran_tests", self._language, count=runs)
        self._show(f"{stage.number} {title}: {told}", 0)

    def _show(self, text: str, checks: int) -> None:
        self._progress.update(self._task, advance=checks, description=text)
        now = time.monotonic()
        if not self._progress.console.is_terminal and now - self._said > QUIET_SECONDS:
            self._said = now
            self._progress.console.print(f"… {text}", soft_wrap=True, markup=False)
