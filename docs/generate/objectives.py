"""The learning objectives, read from `docs/objectives.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.catalogue import SLUGS, Stage, load

DOCS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Objective:
    group: str
    title: dict[str, str]
    # The name of the concept page that explains it.
    page: str
    # The stages that grade it: slug and number.
    stages: tuple[tuple[str, int], ...]

    def in_problem(self, slug: str) -> list[int]:
        return [number for name, number in self.stages if name == slug]


@dataclass(frozen=True)
class Objectives:
    groups: dict[str, dict[str, str]]
    planned: frozenset[str]
    objectives: tuple[Objective, ...]

    def of_group(self, group: str) -> list[Objective]:
        return [o for o in self.objectives if o.group == group]

    def graded_by(self, stage: tuple[str, int]) -> list[Objective]:
        return [o for o in self.objectives if stage in o.stages]


@cache
def read() -> Objectives:
    data = tomllib.loads((DOCS / "objectives.toml").read_text("utf-8"))
    return Objectives(
        groups=data["groups"],
        planned=frozenset(data["planned"]),
        objectives=tuple(
            Objective(o["group"], o["title"], o["page"], stages(o["stages"]))
            for o in data["objective"]
        ),
    )


def stages(names: list[str]) -> tuple[tuple[str, int], ...]:
    """Turn `["blog 3"]` into `(("blog", 3),)`."""
    pairs = (name.split() for name in names)
    return tuple((slug, int(number)) for slug, number in pairs)


def found(slug: str, number: int) -> Stage | None:
    """The stage, or None while its problem is only planned."""
    return load(slug).stage(number) if slug in SLUGS else None
