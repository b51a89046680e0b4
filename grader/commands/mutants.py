"""Measures a suite with mutants of the reference."""

import argparse

from grader.commands import Told
from grader.cores import positive, use


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", metavar=told("problem"))
    parser.add_argument(
        "--sample", type=positive, default=150, metavar="N", help=told("sample")
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=told("seed"))
    parser.add_argument("--jobs", type=positive, metavar="N", help=told("jobs"))
    parser.add_argument(
        "--stage", "--stages", type=int, nargs="+", metavar="N", help=told("stage")
    )


def run(options: argparse.Namespace, language: str) -> int:
    use(options.jobs)
    from grader.catalogue import load
    from grader.learner.home import home
    from grader.mutants import measure

    return measure(
        load(options.problem),
        home() / "mutants",
        sample=options.sample,
        seed=options.seed,
        stages=options.stage,
    )
