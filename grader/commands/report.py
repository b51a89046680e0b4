"""Shows a saved result again, in any language and format."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, Told
from grader.errors import SetupError
from grader.report.formats import add_options

if TYPE_CHECKING:
    from grader.results import Result


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("file", type=Path, help=told("result_file"))
    parser.add_argument("--all", action="store_true", help=told("all"))
    add_options(parser, told)


def run(options: argparse.Namespace, language: str) -> int:
    from grader.report.formats import write_asked
    from grader.report.terminal import Screen

    result = read(options.file, language)
    if options.lang:
        result.options["lang"] = options.lang
    screen = Screen(language, every_failure=options.all)
    screen.show(result)
    screen.next(result)
    write_asked(options, result, language)
    return PASSED


def read(file: Path, language: str) -> "Result":
    """A saved result, said in `language`; SetupError when it is none."""
    from grader.report.translate import translated
    from grader.results import Result

    try:
        result = Result.from_json(json.loads(file.read_text("utf-8")))
        translated(result, language)
    except OSError as error:
        raise SetupError("no_file", file=file, reason=error.strerror) from error
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise SetupError("not_a_result", file=file) from error
    return result
