"""Writes starter/ anew from solutions/."""

import argparse

from grader.commands import PASSED, Told
from grader.texts import say


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument(
        "problems", nargs="*", metavar=told("problem"), help=told("problems")
    )


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import SLUGS, load
    from grader.starter import given, write

    given.write()
    for slug in options.problems or SLUGS:
        where = write(load(slug))
        print(say("ui.starter_written", language, where=where))
    return PASSED
