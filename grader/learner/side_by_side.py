"""Pairs what a stage asks for: the learner's definition and the reference's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader import files
from grader.catalogue import Problem, Stage
from grader.files import files_of
from grader.learner.definitions import source
from grader.paths import SOLUTIONS, STARTER
from grader.report.failure import clean
from grader.texts import say

WIDE = 110


@dataclass(frozen=True)
class Pair:
    """`mine` is empty where the learner has nothing of that name."""

    name: str
    mine: str
    reference: str


def pairs(problem: Problem, stage: Stage, target: Path = STARTER) -> Iterator[Pair]:
    mine, reference = target / problem.slug, SOLUTIONS / problem.slug
    for blank in stage.blanks:
        file, _, name = blank.partition(":")
        name = name.lstrip("-")
        theirs = source(_text(reference / file), name)
        own = _own_files(mine, reference)
        yield Pair(f"{file}: {name}", _mine([mine / file, *own], name), theirs)
    if stage.own_tests:
        for path in files_of(reference / "tests"):
            file = path.relative_to(reference).as_posix()
            yield Pair(file, _text(mine / file), _text(path))


def _own_files(mine: Path, reference: Path) -> list[Path]:
    """Modules that the reference does not have: code may have moved there."""
    paths = files_of(mine) if mine.is_dir() else ()
    return [
        path
        for path in paths
        if path.suffix == ".py" and not (reference / path.relative_to(mine)).exists()
    ]


def _mine(paths: list[Path], name: str) -> str:
    return next((found for p in paths if (found := source(_text(p), name))), "")


def _text(path: Path) -> str:
    try:
        return files.source(path.read_bytes())[0]
    except (OSError, SyntaxError, ValueError):
        return ""


def shown(found: Iterator[Pair], language: str, console: Console | None = None) -> None:
    """Side by side where the terminal is wide, else one above the other."""
    console = console or Console(highlight=False)
    heads = [say(f"learner.{who}", language) for who in ("mine", "reference")]
    for pair in found:
        console.print()
        console.print(Text(pair.name, "bold"))
        codes = [_code(pair.mine, language), _code(pair.reference, language)]
        if console.width >= WIDE:
            console.print(_beside(heads, codes, console.width))
            continue
        for head, code in zip(heads, codes, strict=True):
            console.print(Text(head, "dim"))
            console.print(code)


def _beside(heads: list[str], codes: list[RenderableType], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in heads:
        table.add_column(head, width=width // 2 - 1, overflow="fold")
    table.add_row(*codes)
    return table


def _code(text: str, language: str) -> RenderableType:
    if not text:
        return Text(say("learner.nothing_here", language), "dim")
    return Syntax(clean(text), "python", theme="ansi_dark", word_wrap=True)
