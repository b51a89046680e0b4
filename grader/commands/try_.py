"""Runs a learner's tests on their own app, as the grader would run them."""

import argparse
from pathlib import Path

from grader.commands import FAILED, PASSED, Told
from grader.paths import STARTER

# What is not an option of ours is pytest's.
PASSES_ON = True


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.usage = told("try_usage")
    parser.allow_abbrev = False
    parser.add_argument("problem", metavar=told("problem"))
    parser.add_argument(
        "--target", type=Path, default=STARTER, metavar="DIR", help=told("target")
    )


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import load
    from grader.learner.own_tests import NO_TESTS, run_tests
    from grader.run import check_target
    from grader.texts import say

    problem = load(options.problem)
    check_target(problem, options.target)
    code = run_tests(problem, options.target, options.rest)
    if code == NO_TESTS:
        folder = options.target / problem.slug / "tests"
        print(say("learner.no_tests", language, folder=folder))
    return PASSED if code == 0 else FAILED
