"""Small edits of the reference: planted bugs, and variants that are correct."""

import posixpath
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.files import files_of, write_files
from grader.paths import SOLUTIONS, SUITES

# The text of each file of an app, by its path from the target: "blog/main.py".
Files = dict[str, str]


@dataclass(frozen=True)
class Edit:
    """Replace the one place in `file` that reads `find`.

    The file is named from the package's folder: `../given/security.py` is given code.
    """

    file: str
    find: str
    replace: str


@dataclass(frozen=True)
class Variation:
    """The reference with edits; `stage` names where a planted bug must die."""

    id: str
    story: dict[str, str] = field(hash=False)
    edits: tuple[Edit, ...]
    stage: int | None = None
    # The sentences of the statement that a planted bug breaks, by their marks.
    breaks: tuple[str, ...] = ()
    # A folder of whole files that replace the reference's.
    files: Path | None = None
    # Whether learners' own tests are judged on it.
    judges_tests: bool = False
    # Whether it spares learners' own tests time that they are not about, hashing say.
    speeds_tests: bool = False
    # Whether it is a bug that makes the number of SQL statements grow.
    grows: bool = False
    # Whether it is a bug that costs time alone: load tests are judged on it.
    slow: bool = False

    def app(self, problem: Problem) -> Files:
        """The edited packages; ValueError when a place is not there once."""
        files = reference_files(problem)
        if self.files is not None:
            files |= read_files(self.files, problem.slug)
        return self.edited(problem, files)

    def edited(self, problem: Problem, files: Files) -> Files:
        """`files` after its edits; ValueError when a place is not there once."""
        changed = dict(files)
        for edit in self.edits:
            name = posixpath.normpath(f"{problem.slug}/{edit.file}")
            found = changed[name].count(edit.find) if name in changed else 0
            if found != 1:
                raise ValueError(f"{self.id}: {edit.file} has {found} × {edit.find!r}")
            changed[name] = changed[name].replace(edit.find, edit.replace)
        return changed

    @property
    def touched(self) -> set[str]:
        return {edit.file for edit in self.edits}

    def build(self, problem: Problem, target: Path) -> None:
        """Write the edited packages into the folder `target`."""
        write_files(self.app(problem), target)


def read_files(folder: Path, name: str) -> Files:
    """The text files of a package, which is called `name` in the target."""
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_text("utf-8")
        for path in files_of(folder)
    }


def reference_files(problem: Problem) -> Files:
    files: Files = {}
    for name in problem.packages:
        files |= read_files(SOLUTIONS / name, name)
    return files


def quick_hashes(problem: Problem, files: Files, touched: Iterable[str] = ()) -> Files:
    """`files` with cheap password hashes, unless a file they need is `touched`."""
    for variant in correct_variants(problem):
        if variant.speeds_tests and not variant.touched & set(touched):
            files = variant.edited(problem, files)
    return files


def merged(
    problem: Problem, variations: Sequence[Variation]
) -> tuple[list[Variation], list[Variation]]:
    """As many of them as fit into one app, from the first on; and the others."""
    if variations[0].files:
        return [variations[0]], list(variations[1:])
    files = reference_files(problem)
    together: list[Variation] = []
    rest: list[Variation] = []
    for variation in variations:
        try:
            if variation.files:
                raise ValueError(f"{variation.id} brings whole files")
            files = variation.edited(problem, files)
            together.append(variation)
        except ValueError:
            rest.append(variation)
    return together, rest


def planted_bugs(problem: Problem) -> Sequence[Variation]:
    return variations(problem.slug, "bugs")


def correct_variants(problem: Problem) -> Sequence[Variation]:
    return variations(problem.slug, "variants")


def reference() -> Variation:
    story = {"en": "the reference", "zh": "参考解答"}
    return Variation("reference", story, (), judges_tests=True)


@cache
def variations(slug: str, kind: str) -> Sequence[Variation]:
    """Those of `tests/SLUG/KIND.toml`: bugs, variants or holes."""
    folder = SUITES / slug
    data = tomllib.loads((folder / f"{kind}.toml").read_text("utf-8"))
    return tuple(_variation(row, folder / kind) for row in data["variation"])


def _variation(row: dict[str, Any], folder: Path) -> Variation:
    files = folder / row["id"]
    return Variation(
        id=row["id"],
        story={"en": row["en"], "zh": row["zh"]},
        edits=tuple(Edit(**edit) for edit in row.get("edits", ())),
        stage=row.get("stage"),
        breaks=tuple(row.get("breaks", ())),
        files=files if files.is_dir() else None,
        judges_tests=row.get("judges_tests", False),
        speeds_tests=row.get("speeds_tests", False),
        grows=row.get("grows", False),
        slow=row.get("slow", False),
    )
