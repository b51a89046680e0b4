"""Packs the workbook as an autograder that a teacher uploads."""

import argparse
from pathlib import Path

from grader.commands import PASSED, Told


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("format", metavar="FORMAT", help=told("package_format"))
    parser.add_argument(
        "problems", nargs="+", metavar=told("problem"), help=told("package_problems")
    )
    parser.add_argument("--stage", type=int, nargs="+", metavar="N", help=told("stage"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=told("package_out"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import load
    from grader.package.build import Autograder, build, uncommitted
    from grader.texts import say

    problems = [load(slug) for slug in dict.fromkeys(options.problems)]
    numbers = sorted(set(options.stage)) if options.stage else None
    stages = [problem.chosen(numbers) for problem in problems]
    slugs = [problem.slug for problem in problems]
    asked = Autograder(options.format, slugs, numbers, language)
    out: Path = options.out or Path(asked.file)
    commit = build(asked, out)
    points = sum(stage.points for some in stages for stage in some)
    params = {"file": out, "commit": commit[:12], "points": points}
    print(say("package.written", language, **params))
    if left := uncommitted():
        print(say("package.uncommitted", language, files=", ".join(left)))
    return PASSED
