"""Writes a problem's starter from its reference: what a stage teaches is taken out.

The catalogue names what each stage blanks, as "file:name". Stand-in files that the
reference does not have are added as they are.
"""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from grader.catalogue import Problem
from grader.files import content, files_of
from grader.paths import SOLUTIONS, STARTER
from grader.starter.blanks import STAND_INS, blanked
from grader.starter.source import name_of as name_of


def write(problem: Problem, target: Path = STARTER) -> Path:
    """Write a problem's package anew; what was there and differs is kept in a backup.

    Returns the package.
    """
    package = target / problem.slug
    with tempfile.TemporaryDirectory() as scratch:
        build(problem, Path(scratch))
        replace(package, Path(scratch) / problem.slug)
    return package


def replace(package: Path, fresh: Path) -> None:
    if package.exists():
        if same(package, fresh):
            return
        stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        package.rename(package.with_name(f".{package.name}-backup-{stamp}"))
    shutil.copytree(fresh, package)


def is_fresh(problem: Problem, target: Path = STARTER) -> bool:
    """Whether the package in `target` is what the generator writes."""
    with tempfile.TemporaryDirectory() as scratch:
        build(problem, Path(scratch))
        return same(Path(scratch) / problem.slug, target / problem.slug)


def build(problem: Problem, target: Path) -> None:
    """Write the starter's package into the folder `target`.

    `given` is none of it: it holds what the blog's stages ask for.
    """
    reference, stand_ins = SOLUTIONS / problem.slug, STAND_INS / problem.slug
    package = target / problem.slug
    for source in files_of(reference):
        name = source.relative_to(reference)
        if any(name.match(pattern) for pattern in problem.left_out):
            continue
        text = source.read_text("utf-8")
        if source.suffix == ".py":
            text = blanked(problem, name.as_posix(), text)
        _write(package / name, text)
    for source in files_of(stand_ins):
        name = source.relative_to(stand_ins)
        if not (package / name).exists():
            _write(package / name, source.read_text("utf-8"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def same(one: Path, other: Path) -> bool:
    """Whether two folders say the same in the same files."""

    def contents(folder: Path) -> dict[str, bytes]:
        return {p.relative_to(folder).as_posix(): content(p) for p in files_of(folder)}

    return contents(one) == contents(other)
