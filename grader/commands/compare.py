"""Shows a learner's code of a stage beside the reference's, once that teaches."""

import argparse

from grader.commands import PASSED, Told
from grader.errors import SetupError
from grader.texts import say


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", nargs="?", metavar=told("problem"))
    parser.add_argument("stage", nargs="?", type=int, metavar="N")


def run(options: argparse.Namespace, language: str) -> int:
    from grader.learner.position import chosen_stage
    from grader.learner.progress import ATTEMPTS_TO_COMPARE, StageProgress, load
    from grader.learner.side_by_side import pairs, shown

    progress = load()
    problem, stage = chosen_stage(progress, options.problem, options.stage)
    known = progress.problems.get(problem.slug, {}).get(stage.number, StageProgress())
    if not known.passed_at and len(known.attempts) < ATTEMPTS_TO_COMPARE:
        raise SetupError(
            "compare_later",
            slug=problem.slug,
            stage=stage.number,
            attempts=ATTEMPTS_TO_COMPARE,
            count=len(known.attempts),
        )
    shown(pairs(problem, stage), language)
    print(say("learner.one_way", language))
    return PASSED
