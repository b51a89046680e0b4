"""Small edits of the reference: planted bugs, and variants that are correct."""

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.paths import SOLUTIONS, SUITES


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
    story: dict[str, str]
    edits: tuple[Edit, ...]
    stage: int | None = None
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

    def build(self, problem: Problem, folder: Path) -> Path:
        """Write the edited package into `folder`; returns the folder, a target."""
        for name in problem.packages:
            shutil.copytree(
                SOLUTIONS / name,
                folder / name,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        package = folder / problem.slug
        if self.files is not None:
            shutil.copytree(self.files, package, dirs_exist_ok=True)
        self.apply(package)
        return folder

    def apply(self, package: Path) -> None:
        """Make the edits in a package; ValueError when a place is not there once."""
        for edit in self.edits:
            path = package / edit.file
            text = path.read_text("utf-8")
            if text.count(edit.find) != 1:
                found = text.count(edit.find)
                raise ValueError(f"{self.id}: {edit.file} has {found} × {edit.find!r}")
            path.write_text(text.replace(edit.find, edit.replace), "utf-8")


def merged(
    problem: Problem, variations: Sequence[Variation]
) -> tuple[list[Variation], list[Variation]]:
    """As many of them as fit into one app, from the first on; and the others."""
    texts: dict[str, str] = {}
    together: list[Variation] = []
    rest: list[Variation] = []
    for variation in variations:
        changed = _texts_with(problem, variation, texts)
        if changed is None or (together and variation.files):
            rest.append(variation)
            continue
        texts |= changed
        together.append(variation)
        if variation.files:
            return together, [v for v in variations if v not in together]
    return together, rest


def _texts_with(
    problem: Problem, variation: Variation, texts: Mapping[str, str]
) -> dict[str, str] | None:
    """The files that it edits, after its edits; None when one finds no place."""
    if variation.files:
        return {}
    changed: dict[str, str] = {}
    for edit in variation.edits:
        path = SOLUTIONS / problem.slug / edit.file
        text = changed.get(edit.file) or texts.get(edit.file) or path.read_text("utf-8")
        if text.count(edit.find) != 1:
            return None
        changed[edit.file] = text.replace(edit.find, edit.replace)
    return changed


def planted_bugs(problem: Problem) -> Sequence[Variation]:
    return _load(problem, "bugs")


def correct_variants(problem: Problem) -> Sequence[Variation]:
    return _load(problem, "variants")


def reference() -> Variation:
    story = {"en": "the reference", "zh": "参考解答"}
    return Variation("reference", story, (), judges_tests=True)


def _load(problem: Problem, kind: str) -> list[Variation]:
    """From `tests/SLUG/bugs.toml` or `variants.toml`."""
    folder = SUITES / problem.slug
    data = tomllib.loads((folder / f"{kind}.toml").read_text("utf-8"))
    return [_variation(row, folder / kind) for row in data["variation"]]


def _variation(row: dict[str, Any], folder: Path) -> Variation:
    files = folder / row["id"]
    return Variation(
        id=row["id"],
        story={"en": row["en"], "zh": row["zh"]},
        edits=tuple(Edit(**edit) for edit in row.get("edits", ())),
        stage=row.get("stage"),
        files=files if files.is_dir() else None,
        judges_tests=row.get("judges_tests", False),
        speeds_tests=row.get("speeds_tests", False),
        grows=row.get("grows", False),
        slow=row.get("slow", False),
    )
