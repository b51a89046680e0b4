"""Proves the verdicts of the suites."""

import argparse

from grader.commands import Told
from grader.cores import positive, use


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument(
        "problems", nargs="*", metavar=told("problem"), help=told("problems")
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="ID", help=told("only")
    )
    parser.add_argument(
        "--part",
        choices=("all", "bugs", "quick", "holes"),
        default="all",
        help=told("part"),
    )
    parser.add_argument("--jobs", type=positive, metavar="N", help=told("jobs"))
    parser.add_argument("--record", action="store_true", help=told("record"))
    parser.add_argument("--check", action="store_true", help=told("check"))
    parser.add_argument("--stale", action="store_true", help=told("stale"))


def run(options: argparse.Namespace, language: str) -> int:
    use(options.jobs)
    from grader.catalogue import SLUGS, load
    from grader.proof import check, prove

    problems = [load(slug) for slug in options.problems or SLUGS]
    if options.check:
        return check(problems)
    part = "stale" if options.stale else options.part
    # What the record keeps is claimed to be refused; holes are not.
    record = part != "holes" and (options.stale or options.record)
    return prove(problems, language, options.only, part=part, record=record)
