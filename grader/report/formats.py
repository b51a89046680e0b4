"""Writes a result to the files that were asked for, one format each."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import SetupError

if TYPE_CHECKING:
    from grader.results import Result

FORMATS = ("html", "junit", "gradescope", "classroom50", "summary")


def add_options(parser: argparse.ArgumentParser, told: Callable[[str], str]) -> None:
    """Options `--json`, `--html` and so on; `told` explains each."""
    for name in ("json", *FORMATS):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=told(name))


def write_asked(options: argparse.Namespace, result: "Result", language: str) -> None:
    """Write every file that an option names; SetupError when one cannot be written."""
    for name in ("json", *FORMATS):
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        try:
            _write(name, path, result, language)
        except OSError as error:
            reason = error.strerror or str(error)
            raise SetupError("not_written", file=path, reason=reason) from error


def _write(name: str, path: Path, result: "Result", language: str) -> None:
    from grader.results import write_json, write_whole

    if name == "json":
        write_json(result, path)
        return
    text: str = importlib.import_module(f"grader.report.{name}").render(
        result, language
    )
    if name == "summary":
        # GitHub hands out a file to which every step adds.
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    else:
        write_whole(path, text)
