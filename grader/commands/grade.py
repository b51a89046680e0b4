"""Grades problems of a target and shows the report."""

import argparse
from pathlib import Path

from grader.commands import FAILED, PASSED, Told, as_given
from grader.cores import cores, positive, use
from grader.paths import STARTER
from grader.report.formats import add_options


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument(
        "problems", nargs="*", metavar=told("problem"), help=told("problems")
    )
    parser.add_argument(
        "--target", type=Path, default=STARTER, metavar="DIR", help=told("target")
    )
    parser.add_argument("--stage", type=int, nargs="+", metavar="N", help=told("stage"))
    parser.add_argument("--all", action="store_true", help=told("all"))
    parser.add_argument("--jobs", type=positive, metavar="N", help=told("jobs"))
    parser.add_argument("--fresh", action="store_true", help=told("fresh"))
    parser.add_argument("--min-score", type=float, metavar="N", help=told("min_score"))
    add_options(parser, told)


def run(options: argparse.Namespace, language: str) -> int:
    use(options.jobs)
    from contextlib import ExitStack
    from functools import cache

    from grader.catalogue import in_order, load
    from grader.learner.follow_up import follow_up
    from grader.learner.grading import grade
    from grader.learner.home import memory
    from grader.learner.machine import quick
    from grader.report.formats import write_asked
    from grader.report.terminal import Screen
    from grader.run import Engine, check_target

    problems = [load(slug) for slug in options.problems] or in_order()
    for problem in problems:
        problem.chosen(options.stage)
    for problem in problems:
        check_target(problem, options.target)
    screen = Screen(language, every_failure=options.all)
    known = memory(options.target, fresh=options.fresh)
    with screen.progress() as progress, ExitStack() as stack:
        engine = cache(lambda: stack.enter_context(Engine(memory=known, lanes=cores())))
        result = grade(
            engine, problems, options.target, language, options.stage, progress
        )
    result.options = as_given(options)
    result.findings = [finding.to_json() for finding in quick()]
    notes = follow_up(result, language)
    try:
        write_asked(options, result, language)
    finally:
        screen.show(result)
        for note in notes:
            screen.note(note.text, note.command)
        screen.next(result)
    if any(s.status == "error" for p in result.problems for s in p.stages):
        from grader.errors import SetupError

        raise SetupError("grader_error")
    if options.min_score is not None:
        return PASSED if result.score >= options.min_score else FAILED
    return PASSED if result.passed else FAILED
