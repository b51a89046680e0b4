"""What each problem consists of: stages, points, checks and what the starter blanks.

One TOML file a problem. Points, stage titles and Chinese check titles stand there; the
statements repeat what a stage is worth, which a test compares. The English title of a
check is the docstring of its test.
"""

import ast
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import SetupError
from grader.paths import SUITES

GIVEN = "given"
SLUGS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


@dataclass(frozen=True)
class Why:
    """Why a check matters, in both languages, and where to read about it."""

    text: dict[str, str]
    read: str
    # Checks that measure time, in turns with something else.
    timed: bool = False


@dataclass(frozen=True)
class Check:
    id: str
    stage: int
    points: int
    title: dict[str, str]
    why: Why


@dataclass(frozen=True)
class Stage:
    number: int
    title: dict[str, str]
    checks: tuple[Check, ...]
    # Names in the reference that the starter leaves to the learner: "file.py:name".
    blanks: tuple[str, ...]
    # Those of them in which other stages write too, or whose work they take over, with
    # the numbers of these stages.
    shared: dict[str, tuple[int, ...]] = field(hash=False)
    # Names by which statements of other stages are known in them: these stay.
    stays: dict[str, tuple[str, ...]] = field(hash=False)
    # Whether it judges the tests that learners write, not their app.
    own_tests: bool
    # Whether it earns nothing while its code is the starter's, though all others be
    # done; `python -m tests.unbegun` proves it.
    silent: bool

    @property
    def points(self) -> int:
        return sum(check.points for check in self.checks)


@dataclass(frozen=True)
class Problem:
    slug: str
    title: dict[str, str]
    page: str
    # The stage that teaches registering and logging in.
    accounts_stage: int
    # The tables and columns that the statement fixes: "table.column".
    columns: frozenset[str]
    left_out: tuple[str, ...]
    # Whether it builds on the package `given`, which lies in solutions/.
    given: bool
    # Environment variables of its servers, besides those of every problem.
    settings: dict[str, str]
    stages: tuple[Stage, ...]

    @property
    def points(self) -> int:
        return sum(stage.points for stage in self.stages)

    def stage(self, number: int) -> Stage:
        for stage in self.stages:
            if stage.number == number:
                return stage
        numbers = f"1–{len(self.stages)}"
        raise SetupError("unknown_stage", stage=number, slug=self.slug, stages=numbers)

    def chosen(self, numbers: Sequence[int] | None) -> list[Stage]:
        """The stages of these numbers; all of them for None."""
        if numbers is None:
            return list(self.stages)
        return [self.stage(number) for number in numbers]

    @property
    def packages(self) -> tuple[str, ...]:
        """What its app consists of; a target need not hold `given`."""
        return (self.slug, GIVEN) if self.given else (self.slug,)

    def suite(self, stage: int) -> Path:
        """The file of the hidden suite that grades a stage."""
        return next((SUITES / self.slug).glob(f"test_{stage}_*.py"))

    def check(self, stage: int, check_id: str) -> Check:
        return next(c for c in self.stage(stage).checks if c.id == check_id)


@cache
def load(slug: str) -> Problem:
    """The problem with this slug; SetupError when there is none."""
    if slug not in SLUGS:
        raise SetupError("unknown_problem", slug=slug, slugs=", ".join(SLUGS))
    path = Path(__file__).with_name(f"{slug}.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    whys = {
        name: Why(
            {"en": why["en"], "zh": why["zh"]}, why["read"], why.get("timed", False)
        )
        for name, why in data["why"].items()
    }
    return Problem(
        slug=slug,
        title=data["title"],
        page=data["page"],
        accounts_stage=data["accounts_stage"],
        columns=_columns(data["columns"]),
        left_out=tuple(data["starter"]["left_out"]),
        given=data["starter"].get("given", False),
        settings=data.get("settings", {}),
        stages=tuple(
            _stage(slug, number, stage, whys)
            for number, stage in enumerate(data["stage"], start=1)
        ),
    )


def in_order() -> list[Problem]:
    """All problems, in the order of the statements."""
    return sorted(map(load, SLUGS), key=lambda problem: problem.page)


def _columns(tables: dict[str, str]) -> frozenset[str]:
    return frozenset(
        f"{table}.{column}"
        for table, columns in tables.items()
        for column in columns.split()
    )


def _stage(slug: str, number: int, data: dict[str, Any], whys: dict[str, Why]) -> Stage:
    sentences = _docstrings(slug, number)
    checks = tuple(
        Check(
            id=check["id"],
            stage=number,
            points=check["points"],
            title={"en": sentences.get(check["id"], check["id"]), "zh": check["zh"]},
            why=whys[check["why"]],
        )
        for check in data["checks"]
    )
    return Stage(
        number,
        data["title"],
        checks,
        tuple(data.get("blanks", ())),
        {name: tuple(numbers) for name, numbers in data.get("shared", {}).items()},
        {name: tuple(names) for name, names in data.get("stays", {}).items()},
        data.get("own_tests", False),
        data.get("silent", False),
    )


def _docstrings(slug: str, stage: int) -> dict[str, str]:
    """The sentence of each test of a stage, by its name without `test_`."""
    sentences = {}
    for path in (SUITES / slug).glob(f"test_{stage}_*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node)
                if node.name.startswith("test_") and docstring:
                    sentences[node.name.removeprefix("test_")] = docstring.split(
                        "\n\n"
                    )[0]
    return sentences
