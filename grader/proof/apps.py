"""The apps whose verdicts are proven, and the stages that each is judged by."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader import starter
from grader.catalogue import GIVEN, Problem, Stage
from grader.judge.own_tests.edits import (
    Files,
    Variation,
    correct_variants,
    planted_bugs,
    quick_hashes,
    read_files,
    reference,
)
from grader.paths import SOLUTIONS

# What must come of it: the reference and a variant pass all, the starter nothing, a
# bug fails at its stage and at none before. A group is many bugs of one stage in one
# app, for the stages before.
Kind = Literal["reference", "starter", "variant", "bug", "group"]
STARTER = Variation("starter", {"en": "the starter", "zh": "起始代码"}, ())


@dataclass(frozen=True)
class App:
    """One app: the starter, or the reference with edits."""

    kind: Kind
    variation: Variation

    @property
    def id(self) -> str:
        return self.variation.id

    def stages(self, problem: Problem) -> tuple[int, ...]:
        """The stages that judge it."""
        if self.kind in ("reference", "starter"):
            return tuple(stage.number for stage in problem.stages)
        # A variant has the reference's own tests: what they are worth is proven there.
        of_the_app = tuple(s.number for s in problem.stages if not s.own_tests)
        own = self.variation.stage
        if own is None:
            return of_the_app
        return tuple(n for n in of_the_app if n <= own) if own in of_the_app else (own,)


def apps(problem: Problem) -> Iterator[App]:
    """Every app of a problem, in the order of the matrix."""
    yield App("reference", reference())
    yield App("starter", STARTER)
    for variant in correct_variants(problem):
        yield App("variant", variant)
    for bug in planted_bugs(problem):
        yield App("bug", bug)


def app_files(problem: Problem, app: App) -> Files:
    """The app as it is judged."""
    if app.kind == "starter":
        return starter_files(problem)
    files = app.variation.app(problem)
    if hashes_quickly(problem, app):
        files = quick_hashes(problem, files, app.variation.touched)
    return files


def starter_files(problem: Problem) -> Files:
    """The starter, and what the workbook gives to it."""
    with tempfile.TemporaryDirectory() as scratch:
        starter.build(problem, Path(scratch))
        files = read_files(Path(scratch) / problem.slug, problem.slug)
    given = read_files(SOLUTIONS / GIVEN, GIVEN) if problem.given else {}
    return files | given


def hashes_quickly(problem: Problem, app: App) -> bool:
    """Spare bugs the price of good password hashes, where these are no lesson."""
    lesson = not problem.given and app.variation.stage == problem.accounts_stage
    return app.kind in ("bug", "group") and not lesson


def checks_asked(problem: Problem, app: App, stage: Stage) -> frozenset[str]:
    """Two workers at once make time a poor judge of bugs that are not about it."""
    other = app.kind in ("bug", "group") and app.variation.stage != stage.number
    return frozenset(c.id for c in stage.checks if not (other and c.why.timed))


def together(stage: int, bugs: Iterable[Variation]) -> App:
    """A group: an app with many bugs of one stage."""
    bugs = list(bugs)
    edits = tuple(edit for bug in bugs for edit in bug.edits)
    story = {"en": f"{len(bugs)} bugs at once", "zh": f"{len(bugs)} 个缺陷合在一起"}
    files = bugs[0].files if len(bugs) == 1 else None
    return App("group", Variation(f"{bugs[0].id}…", story, edits, stage, files=files))
