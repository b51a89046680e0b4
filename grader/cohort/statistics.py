"""What a class has in common: which checks few pass, and who stands before which."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader.catalogue import Check, load
from grader.cohort.rows import Row
from grader.paths import ROOT
from grader.results import CheckResult, Result

OBJECTIVES = ROOT / "docs" / "objectives.toml"


@dataclass
class Standing:
    """How the class stands to one check."""

    slug: str
    check: Check
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    # Those for whom it is the first that does not pass: they work on it now.
    stuck: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.passed) + len(self.failed)


def standings(rows: Sequence[Row]) -> list[Standing]:
    """Of every check that was graded, in the order of the stages."""
    found: dict[tuple[str, str], Standing] = {}
    for row in rows:
        if row.result is None:
            continue
        stuck = {slug: check for slug, _, check in reversed(list(_failed(row.result)))}
        for slug, stage, check in _checks(row.result):
            known = _known(slug, stage, check)
            if known is None or check.status == "error":
                continue
            one = found.setdefault((slug, check.id), Standing(slug, known))
            passed = check.status == "passed"
            (one.passed if passed else one.failed).append(row.person.name)
            if stuck.get(slug) is check:
                one.stuck.append(row.person.name)
    return sorted(found.values(), key=lambda s: (s.slug, s.check.stage))


def hardest(found: Sequence[Standing], count: int = 3) -> list[Standing]:
    """Where a lesson helps most: checks that keep many from going on, then the rest."""
    missed = [one for one in found if one.failed]
    return sorted(missed, key=lambda s: (-len(s.stuck), -len(s.failed)))[:count]


def missed_bugs(rows: Sequence[Row]) -> list[tuple[dict[str, str], int, int]]:
    """Planted bugs that tests of the class miss: story, by how many, of how many.

    The one that most miss comes first.
    """
    stories: dict[str, dict[str, str]] = {}
    counts: dict[str, int] = {}
    judged = 0
    for row in rows:
        caught = [c.caught for _, _, c in _checks(row.result) if c.caught]
        judged += bool(caught)
        for story in (story for one in caught for story in one["missed"]):
            stories[story["en"]] = story
            counts[story["en"]] = counts.get(story["en"], 0) + 1
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return [(stories[name], counts[name], judged) for name in names]


def pages(slug: str, stage: int) -> list[tuple[str, dict[str, str]]]:
    """The concept pages that teach what a stage grades: file and title."""
    return [
        (f"docs/concepts/{one['page']}.md", one["title"])
        for one in _objectives()
        if f"{slug} {stage}" in one["stages"]
    ]


@cache
def _objectives() -> list[dict[str, Any]]:
    if not OBJECTIVES.is_file():
        # A class may have been given the workbook without its site.
        return []
    found: list[dict[str, Any]] = tomllib.loads(OBJECTIVES.read_text("utf-8"))[
        "objective"
    ]
    return found


def _known(slug: str, stage: int, check: CheckResult) -> Check | None:
    """None when the result is from an older suite, and the check is no more."""
    checks = load(slug).stage(stage).checks
    return next((one for one in checks if one.id == check.id), None)


def _checks(result: Result | None) -> Iterator[tuple[str, int, CheckResult]]:
    for problem in result.problems if result else ():
        for stage in problem.stages:
            for check in stage.checks:
                yield problem.slug, stage.number, check


def _failed(result: Result) -> Iterator[tuple[str, int, CheckResult]]:
    return (one for one in _checks(result) if one[2].status in ("failed", "timeout"))
