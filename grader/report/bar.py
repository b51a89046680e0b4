"""How far a grading has come, in one line of a terminal."""

from rich.progress import Progress

from grader.catalogue import Problem
from grader.results import CheckResult


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
