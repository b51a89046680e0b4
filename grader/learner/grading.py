"""Grades what was begun; what was not is known without asking."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.catalogue import Problem, Stage
from grader.learner.begun import Standing, standing
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.run import Engine, Watcher, check_target, environment

NOT_WRITTEN = "failure.not_written"


def grade(
    engine: Callable[[], Engine],
    problems: Sequence[Problem],
    target: Path,
    language: str,
    stages: Sequence[int] | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """As `Engine.grade`; `engine` opens the services, once something must be asked."""
    result = Result(str(target), language, environment())
    result.graded_at = datetime.now(UTC).isoformat(timespec="seconds")
    for problem in problems:
        check_target(problem, target)
    found = {problem.slug: standing(problem, target) for problem in problems}
    asked: dict[str, list[int]] = {}
    for problem in problems:
        chosen = problem.chosen(stages)
        silent = [s for s in chosen if found[problem.slug].sure_of_nothing(s)]
        asked[problem.slug] = [s.number for s in chosen if s not in silent]
        known = [not_asked(stage, language) for stage in silent]
        result.problems.append(ProblemResult(problem.slug, known))
    some = [problem for problem in problems if asked[problem.slug]]
    if some:
        graded = engine().grade(some, target, language, asked, watcher)
        result.environment = graded.environment
        result.confinement = graded.confinement
        for one in graded.problems:
            for stage in one.stages:
                mark(stage, found[one.slug])
            whole = next(p for p in result.problems if p.slug == one.slug)
            whole.stages = sorted([*whole.stages, *one.stages], key=number)
    return result


def number(stage: StageResult) -> int:
    return stage.number


def not_asked(stage: Stage, language: str) -> StageResult:
    """What its checks would say of what the starter gives, without asking them."""
    checks = [
        CheckResult(check.id, check.title[language], "failed", check.points, 0, 0)
        for check in stage.checks
    ]
    return StageResult(stage.number, stage.title[language], checks, not_begun=True)


def mark(stage: StageResult, found: Standing) -> None:
    """Say of a stage that was asked whether it has not been begun."""
    if stage.number not in found.stages or stage.score or stage.status == "error":
        return
    # It may be written elsewhere; then no route of the starter answers 501.
    answers = {(check.failure or {}).get("key") for check in stage.checks}
    stage.not_begun = not found.elsewhere or NOT_WRITTEN in answers
