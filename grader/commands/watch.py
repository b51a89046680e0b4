"""Grades the stage in work at each save."""

import argparse
from pathlib import Path

from grader.commands import PASSED, Told, as_given
from grader.paths import STARTER


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", nargs="?", metavar=told("problem"))
    parser.add_argument("--stage", type=int, metavar="N", help=told("watch_stage"))
    parser.add_argument(
        "--target", type=Path, default=STARTER, metavar="DIR", help=told("target")
    )
    parser.add_argument("--all", action="store_true", help=told("all"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.commands.hint import show_next
    from grader.learner.changes import Changes
    from grader.learner.keys import keys
    from grader.learner.position import chosen_stage
    from grader.learner.progress import load
    from grader.learner.watch_loop import Watch
    from grader.report.terminal import Screen
    from grader.run import check_target

    problem, stage = chosen_stage(load(), options.problem, options.stage)
    check_target(problem, options.target)
    target = options.target.resolve()
    screen = Screen(language, every_failure=options.all)

    def hint(number: int) -> None:
        show_next(problem, problem.stage(number), language, again=False)

    changes = Changes([target / package for package in problem.packages])
    try:
        with keys() as pressed:
            watch = Watch(problem, stage.number, target, screen, pressed, changes, hint)
            watch.options = as_given(options)
            watch.run()
    finally:
        changes.close()
    return PASSED
