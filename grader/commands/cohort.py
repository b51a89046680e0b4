"""Grades a class of submissions, and goes on where it was stopped."""

import argparse
from pathlib import Path

from grader.commands import FAILED, PASSED, Told


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    from grader.cores import positive

    parser.add_argument("folder", type=Path, metavar="FOLDER", help=told("cohort_in"))
    parser.add_argument(
        "problems", nargs="+", metavar=told("problem"), help=told("cohort_problems")
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help=told("cohort_out")
    )
    parser.add_argument("--stage", type=int, nargs="+", metavar="N", help=told("stage"))
    parser.add_argument("--roster", type=Path, metavar="FILE", help=told("roster"))
    parser.add_argument(
        "--again", nargs="+", default=[], metavar="ID", help=told("again")
    )
    parser.add_argument("--stale", action="store_true", help=told("cohort_stale"))
    parser.add_argument(
        "--format",
        nargs="+",
        default=[],
        choices=("canvas", "moodle", "gradescope"),
        help=told("cohort_format"),
    )
    parser.add_argument("--similar", action="store_true", help=told("similar"))
    parser.add_argument("--jobs", type=positive, metavar="N", help=told("jobs"))
    parser.add_argument("--scheduler", metavar="ADDRESS", help=told("scheduler"))
    parser.add_argument("--trust", action="store_true", help=told("trust"))


def run(options: argparse.Namespace, language: str) -> int:
    from rich.console import Console

    from grader.catalogue import load
    from grader.cohort.run import Plan, failed, grade_class
    from grader.texts import say

    problems = [load(slug) for slug in dict.fromkeys(options.problems)]
    for problem in problems:
        problem.chosen(options.stage)
    plan = Plan(
        options.folder,
        problems,
        options.out,
        stages=options.stage,
        roster=options.roster,
        scheduler=options.scheduler,
        workers=options.jobs,
        trusted=options.trust,
        again=options.again,
        stale=options.stale,
        formats=options.format,
        similar=options.similar,
    )
    made = grade_class(plan, language, Console())
    print(say("cohort.written", language, folder=options.out))
    return FAILED if failed(made) else PASSED
