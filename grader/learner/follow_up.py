"""Remembers a grading, and says what changed since the last one and where help is."""

from grader.learner.moments import moment
from grader.learner.progress import ATTEMPTS_TO_COMPARE, NotKept, Progress
from grader.learner.record import Difference, remember
from grader.report.failure import clean
from grader.results import ProblemResult, Result
from grader.texts import say

SHOWN_BROKEN = 5


def follow_up(result: Result, language: str) -> list[str]:
    """Remember a grading of `starter/`; returns what to say of it, below its report.

    It comes before the report: what cannot be shown is remembered all the same.
    """
    try:
        found = remember(result)
    except NotKept as failed:
        return [failed.text.render(language)]
    if found is None:
        return []
    differences, progress = found
    lines = [progress.notice.render(language)] if progress.notice else []
    for problem in result.problems:
        lines += _lines(problem, differences[problem.slug], progress, language)
    return lines


def _lines(
    problem: ProblemResult, difference: Difference, progress: Progress, language: str
) -> list[str]:
    lines = []
    slug, mended, broken = problem.slug, difference.mended, difference.broken
    if mended or broken:
        lines.append(
            say(
                "learner.since",
                language,
                time=moment(difference.since),
                mended=len(mended),
                broken=len(broken),
            )
        )
    lost = (clean(check.title) for check in broken[:SHOWN_BROKEN])
    lines += [say("learner.broken", language, title=title) for title in lost]
    lines += [
        say("learner.stage_done", language, slug=slug, stage=number)
        for number in difference.stages_passed
    ]
    return [*lines, *_help(problem, progress, language)]


def _help(problem: ProblemResult, progress: Progress, language: str) -> list[str]:
    """For the stage that is next, once it has been tried and failed."""
    stage = next((s for s in problem.stages if s.status == "failed"), None)
    if stage is None:
        return []
    what = {"slug": problem.slug, "stage": stage.number}
    attempts = len(progress.stage(problem.slug, stage.number).attempts)
    lines = [say("learner.stuck", language, **what)] if attempts > 1 else []
    if attempts >= ATTEMPTS_TO_COMPARE:
        lines.append(say("learner.or_compare", language, **what))
    return lines
