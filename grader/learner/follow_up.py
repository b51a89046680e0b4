"""Remembers a grading, and says what changed since the last one and where help is."""

from collections.abc import Iterator

from grader.learner.moments import moment
from grader.learner.progress import ATTEMPTS_TO_COMPARE, NotKept, Progress
from grader.learner.record import Difference, remember
from grader.report.failure import clean
from grader.report.next_step import Step, command
from grader.results import ProblemResult, Result
from grader.texts import say

SHOWN_BROKEN = 5


def follow_up(result: Result, language: str) -> list[Step]:
    """Remember a grading of `starter/`; returns what to say of it, below its report.

    It comes before the report: what cannot be shown is remembered all the same.
    """
    try:
        found = remember(result)
    except NotKept as failed:
        return [Step(failed.text.render(language))]
    if found is None:
        return []
    differences, progress = found
    steps = [Step(progress.notice.render(language))] if progress.notice else []
    for problem in result.problems:
        difference = differences[problem.slug]
        steps += map(Step, _changes(difference, language))
        steps += _help(result, problem, difference, progress, language)
    return steps


def _changes(difference: Difference, language: str) -> list[str]:
    lines = []
    mended, broken = difference.mended, difference.broken
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
    return lines


def _help(
    result: Result,
    problem: ProblemResult,
    difference: Difference,
    progress: Progress,
    language: str,
) -> Iterator[Step]:
    """For stages that are done, and the one that was tried and failed."""
    slug = problem.slug
    for number in difference.stages_passed:
        words = command(result, f"compare -- {slug} {number}", "lang")
        yield Step(say("learner.stage_done", language, stage=number), words)
    open_ones = (s for s in problem.stages if s.status == "failed")
    stage = next((s for s in open_ones if not s.not_begun), None)
    if stage is None:
        return
    attempts = len(progress.stage(slug, stage.number).attempts)
    if attempts > 1:
        words = command(result, f"hint -- {slug} {stage.number}", "lang")
        yield Step(say("learner.stuck", language), words)
    if attempts >= ATTEMPTS_TO_COMPARE:
        words = command(result, f"compare -- {slug} {stage.number}", "lang")
        yield Step(say("learner.or_compare", language), words)
