"""The command line; heavy imports wait until a command needs them."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.errors import SetupError
from grader.paths import STARTER
from grader.texts import LANGUAGES, Text, preferred_language, say

PASSED, FAILED, SETUP = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    language = options.lang or preferred_language()
    # Whoever stops us with SIGTERM gets the same clean-up as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = options.command(options, language)
    except SetupError as error:
        return complain(error.text, language)
    except KeyboardInterrupt:
        return complain(Text("setup.interrupted"), language)
    return code


def complain(text: Text, language: str) -> int:
    print(text.render(language), file=sys.stderr)
    return SETUP


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m grader", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    grading = commands.add_parser("grade", help="grade problems of a target")
    grading.set_defaults(command=grade)
    grading.add_argument("problems", nargs="*", metavar="PROBLEM")
    grading.add_argument("--target", type=Path, default=STARTER, metavar="DIR")
    grading.add_argument("--stage", type=int, nargs="+", default=[], metavar="N")
    grading.add_argument("--json", type=Path, metavar="FILE")
    grading.add_argument("--min-score", type=float, metavar="N")
    grading.add_argument(
        "--all", action="store_true", help="show every failure in full"
    )

    reporting = commands.add_parser("report", help="show a saved result again")
    reporting.set_defaults(command=report)
    reporting.add_argument("file", type=Path)
    reporting.add_argument(
        "--all", action="store_true", help="show every failure in full"
    )

    generating = commands.add_parser("starter", help="write starter/ from solutions/")
    generating.set_defaults(command=starter)
    generating.add_argument("problems", nargs="*", metavar="PROBLEM")

    proving = commands.add_parser("prove", help="prove the verdicts of the suites")
    proving.set_defaults(command=prove)
    proving.add_argument("problems", nargs="*", metavar="PROBLEM")
    proving.add_argument("--only", nargs="+", default=[], metavar="ID")
    proving.add_argument(
        "--quick", action="store_true", help="each bug on one check, and no variants"
    )
    proving.add_argument(
        "--record", action="store_true", help="keep the matrix in tests/PROBLEM/"
    )

    for command in (grading, reporting, generating, proving):
        command.add_argument("--lang", choices=LANGUAGES)
    return top


def grade(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import SLUGS, load

    problems = [load(slug) for slug in options.problems or SLUGS]
    for problem in problems:
        for number in options.stage:
            problem.stage(number)
    from grader.report.terminal import Screen
    from grader.run import Engine, check_target

    for problem in problems:
        check_target(problem, options.target)
    screen = Screen(language, every_failure=options.all)
    with screen.progress() as progress, Engine() as engine:
        result = engine.grade(
            problems, options.target, language, options.stage, progress
        )
    screen.show(result)
    if options.json:
        from grader.results import write_json

        write_json(result, options.json)
    if any(s.status == "error" for p in result.problems for s in p.stages):
        return complain(Text("setup.grader_error"), language)
    if options.min_score is not None:
        return PASSED if result.score >= options.min_score else FAILED
    return PASSED if result.passed else FAILED


def report(options: argparse.Namespace, language: str) -> int:
    from grader.report.terminal import Screen
    from grader.report.translate import translated
    from grader.results import Result

    try:
        result = Result.from_json(json.loads(options.file.read_text("utf-8")))
        translated(result, language)
    except OSError as error:
        raise SetupError("no_file", file=options.file, reason=error.strerror) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError("not_a_result", file=options.file) from error
    Screen(language, every_failure=options.all).show(result)
    return PASSED


def starter(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import SLUGS, load
    from grader.starter import write, write_given

    write_given()
    for slug in options.problems or SLUGS:
        where = write(load(slug))
        print(say("ui.starter_written", language, where=where))
    return PASSED


def prove(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import SLUGS, load
    from grader.proof import prove as proved

    problems = [load(slug) for slug in options.problems or SLUGS]
    return proved(
        problems, language, options.only, quick=options.quick, record=options.record
    )
