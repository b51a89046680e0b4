"""What is claimed of apps, and in how few gradings it is shown."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.catalogue import Problem
from grader.judge.own_tests.edits import Variation, merged, planted_bugs
from grader.proof.apps import STARTER, App, apps, together
from grader.proof.holes import holes
from grader.proof.origins import Cell
from grader.proof.record import read_record


@dataclass(frozen=True)
class Claim:
    """One app, and the stages that it is graded on."""

    app: App
    stages: tuple[int, ...]
    # The only checks of these stages that are asked; None for all of them.
    checks: frozenset[str] | None = None
    # The bugs that a group puts into one app.
    bugs: tuple[Variation, ...] = ()
    # Whether one refusal is enough: nothing is asked after it.
    until_refused: bool = False


@dataclass
class Found:
    """What the suite of one stage said of an app."""

    passed: int
    refused: list[str]
    errors: list[str]
    score: float
    # Those of `refused` for which the app did not even start.
    down: list[str] = field(default_factory=list)


@dataclass
class Verdict:
    """What the suites said of a claim's app, stage by stage."""

    claim: Claim
    seconds: float
    stages: dict[int, Found] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return all(holds(self.claim.app, n, found) for n, found in self.stages.items())

    def of(self, app: App) -> "Verdict":
        """What a group's verdict says of one app in it."""
        return Verdict(Claim(app, self.claim.stages), self.seconds, dict(self.stages))


def holds(app: App, stage: int, found: Found) -> bool:
    """Whether what was found on a stage is what is claimed of the app."""
    if found.errors:
        return False
    if app.kind == "starter":
        return found.score == 0
    if app.kind == "bug" and stage == app.variation.stage:
        return bool(found.refused)
    return not found.refused


def claims_for(
    problem: Problem,
    wanted: Iterable[Cell],
    known: Mapping[str, Sequence[str]] | None = None,
) -> list[Claim]:
    """The gradings that show these cells.

    The stages before a bug's own are asked of many bugs in one app: when that passes
    them, so does each. That a bug falls at its own is asked of the checks by which it
    is `known` to fall, by its id, and of all where none is.
    """
    known = known or {}
    by_app: dict[App, list[int]] = {}
    for app, stage in wanted:
        by_app.setdefault(app, []).append(stage)
    claims: list[Claim] = []
    earlier: dict[Variation, list[int]] = {}
    for app, stages in by_app.items():
        own = [n for n in stages if app.kind != "bug" or n == app.variation.stage]
        if own:
            checks = frozenset(known.get(app.id, ())) or None
            claims.append(Claim(app, tuple(sorted(own)), checks))
        if before := [n for n in stages if n not in own]:
            earlier[app.variation] = before
    return [*claims, *groups(problem, earlier)]


def groups(problem: Problem, earlier: dict[Variation, list[int]]) -> Iterator[Claim]:
    """Apps with many bugs of one stage, for the stages before it."""
    for stage in problem.stages:
        rest = [bug for bug in earlier if bug.stage == stage.number]
        while rest:
            bugs, rest = merged(problem, rest)
            stages = sorted({n for bug in bugs for n in earlier[bug]})
            yield Claim(together(stage.number, bugs), tuple(stages), bugs=tuple(bugs))


def alone(group: Claim) -> Iterator[Claim]:
    """The members of a group, each by itself."""
    for bug in group.bugs:
        app = App("group", bug)
        yield Claim(app, group.stages, bugs=(bug,))


def in_full(claim: Claim) -> Claim:
    """The same app, asked of every check of its stages."""
    return replace(claim, checks=None)


def quick_claims(problem: Problem) -> list[Claim]:
    """The reference and the starter on all stages, and one bug of each of the app's."""
    everything = tuple(stage.number for stage in problem.stages)
    of_the_app = [stage.number for stage in problem.stages if not stage.own_tests]
    first = {claim.stages[0]: claim for claim in reversed(bug_claims(problem))}
    return [
        *(Claim(app, everything) for app in apps(problem) if app.kind == "reference"),
        Claim(App("starter", STARTER), everything),
        *(first[number] for number in of_the_app),
    ]


def bug_claims(problem: Problem) -> list[Claim]:
    """Each bug on one check that is known to refuse it."""
    known = refusals(problem)
    return [
        Claim(App("bug", bug), (bug.stage,), frozenset(known[bug.id][:1]))
        for bug in planted_bugs(problem)
        if bug.stage and known.get(bug.id)
    ]


def hole_claims(problem: Problem) -> list[Claim]:
    """Each hole on all checks of its stage: one that is refused there is closed."""
    return [Claim(app, (app.variation.stage or 0,)) for app in holes(problem)]


def refusals(problem: Problem) -> dict[str, Sequence[str]]:
    """For each recorded bug the checks of its stage that refuse it."""
    there = {check.id for stage in problem.stages for check in stage.checks}
    return {
        row.id: [name for name in row.refused_by.get(row.stage, []) if name in there]
        for row in read_record(problem).values()
        if row.kind == "bug" and row.stage
    }


def concerned(cells: Iterable[Cell], ids: Collection[str]) -> list[Cell]:
    """The cells of the apps with these ids; all of them when none is named."""
    return [cell for cell in cells if not ids or cell.app.id in ids]
