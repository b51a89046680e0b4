"""Which problem and stage a learner is at, when a command does not name them."""

from grader.catalogue import Problem, Stage, in_order, load
from grader.learner.progress import Progress


def current_problem(progress: Progress) -> Problem:
    """The one that was graded last; the first when none was."""
    return max(in_order(), key=lambda problem: progress.judged_at(problem.slug))


def current_stage(progress: Progress, problem: Problem) -> int:
    """The first stage that is not passed; the last one when all are."""
    known = progress.problems.get(problem.slug, {})
    open_ones = [
        stage.number
        for stage in problem.stages
        if stage.number not in known or not known[stage.number].passed
    ]
    return min(open_ones, default=problem.stages[-1].number)


def chosen_stage(
    progress: Progress, slug: str | None, number: int | None
) -> tuple[Problem, Stage]:
    """The problem and stage that were named, or else those in work."""
    problem = load(slug) if slug else current_problem(progress)
    return problem, problem.stage(number or current_stage(progress, problem))
