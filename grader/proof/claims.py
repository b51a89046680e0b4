"""What is claimed of each app, and what its suite said."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.catalogue import Problem
from grader.judge.own_tests.edits import (
    Variation,
    correct_variants,
    merged,
    planted_bugs,
    reference,
)
from grader.proof.record import refusals

STARTER = Variation("starter", {"en": "the starter", "zh": "起始代码"}, ())


@dataclass(frozen=True)
class Claim:
    """One app, and the stages that it is judged by.

    The kind says what must come of it: "reference", "variant" and "group" pass all,
    "starter" none, "bug" fails at its stage.
    """

    kind: str
    variation: Variation
    stages: tuple[int, ...]
    # The only checks of these stages that count; all of them when empty.
    checks: frozenset[str] = frozenset()
    # The bugs that a group puts into one app.
    bugs: tuple[Variation, ...] = ()

    @property
    def members(self) -> set[str]:
        return {bug.id for bug in self.bugs}

    def concerns(self, ids: Collection[str]) -> bool:
        return self.variation.id in ids or bool(self.members & set(ids))


@dataclass
class Verdict:
    """What the suite said: for each stage how many checks passed and which did not."""

    claim: Claim
    seconds: float
    passed: dict[int, int] = field(default_factory=dict)
    failed: dict[int, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    score: float = 0

    @property
    def holds(self) -> bool:
        """Whether it is what was claimed."""
        failing = {stage for stage, names in self.failed.items() if names}
        if self.errors:
            return False
        if self.claim.kind == "bug":
            return failing == {self.claim.variation.stage}
        if self.claim.kind == "starter":
            return self.score == 0
        return not failing

    def add(self, other: "Verdict") -> None:
        """Take over what another app showed of this one's earlier stages."""
        self.passed |= other.passed
        self.failed |= other.failed
        self.errors += other.errors


def all_claims(problem: Problem, only: Sequence[str] = ()) -> list[Claim]:
    """Every app on every stage that sees it.

    A bug must fall at its stage and at none before. The stages before are asked of
    many bugs in one app: when that passes them, so does each.
    """
    bugs = [b for b in planted_bugs(problem) if not only or b.id in only]
    own = [Claim("bug", bug, (_stage(bug),)) for bug in bugs]
    return [*right_ones(problem), *own, *groups(problem, bugs)]


def quick_claims(problem: Problem) -> list[Claim]:
    """The reference, the starter, and one bug of each stage of the app.

    Without learners' tests and without time in turns, which take long.
    """
    stages = [stage for stage in problem.stages if not stage.own_tests]
    counted = frozenset(c.id for s in stages for c in s.checks if not c.why.timed)
    numbers = tuple(stage.number for stage in stages)
    bugs = {claim.stages: claim for claim in reversed(bug_claims(problem))}
    return [
        Claim("reference", reference(), numbers, counted),
        Claim("starter", STARTER, tuple(s.number for s in problem.stages)),
        *(bugs[number,] for number in numbers),
    ]


def bug_claims(problem: Problem) -> list[Claim]:
    """Each bug on one check that is known to refuse it."""
    known = refusals(problem)
    return [
        Claim("bug", bug, (_stage(bug),), frozenset(known.get(bug.id, [])[:1]))
        for bug in planted_bugs(problem)
    ]


def right_ones(problem: Problem) -> Iterator[Claim]:
    everything = tuple(stage.number for stage in problem.stages)
    # A variant has the reference's own tests: what they are worth is proven there.
    of_the_app = tuple(s.number for s in problem.stages if not s.own_tests)
    yield Claim("reference", reference(), everything)
    yield Claim("starter", STARTER, everything)
    for variant in correct_variants(problem):
        yield Claim("variant", variant, of_the_app)


def groups(problem: Problem, bugs: Iterable[Variation]) -> Iterator[Claim]:
    """Apps with many bugs of one stage, for the stages before it."""
    for stage in problem.stages[1:]:
        if stage.own_tests:
            continue
        rest = [bug for bug in bugs if bug.stage == stage.number]
        while rest:
            together, rest = merged(problem, rest)
            yield _group(stage.number, together)


def alone(group: Claim) -> Iterator[Claim]:
    """The members of a group, each by itself."""
    for bug in group.bugs:
        yield Claim("group", bug, group.stages, bugs=(bug,))


def _group(stage: int, bugs: Sequence[Variation]) -> Claim:
    edits = tuple(edit for bug in bugs for edit in bug.edits)
    story = {"en": f"{len(bugs)} bugs at once", "zh": f"{len(bugs)} 个缺陷合在一起"}
    files = bugs[0].files if len(bugs) == 1 else None
    variation = Variation(f"{bugs[0].id}…", story, edits, stage, files)
    return Claim("group", variation, tuple(range(1, stage)), bugs=tuple(bugs))


def _stage(bug: Variation) -> int:
    assert bug.stage
    return bug.stage
