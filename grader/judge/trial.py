"""The trial of a learner's tests: what they pass, and what they refuse."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.judge import expect
from grader.judge.edits import Variation, correct_variants, planted_bugs, reference
from grader.judge.failures import CheckFailed
from grader.judge.own_tests import Outcome, OwnTests
from grader.judge.world import World

# Full marks for this share of the planted bugs.
ENOUGH = 0.8
Judged = Sequence[tuple[Variation, Outcome]]


@dataclass
class Trial:
    """How the tests ended: on the reference, on correct variants, on planted bugs."""

    twice: Sequence[Outcome] = ()
    parallel: Sequence[Outcome] = ()
    variants: Judged = ()
    bugs: Judged = ()

    def must_be_sound(self) -> None:
        """They pass on the reference: tests that fail there catch nothing."""
        expect.true("own_tests_exist", self.twice, expected="tests/test_*.py")
        for outcome in self.twice:
            passes(outcome, "reference")

    def must_pass_in_parallel(self) -> None:
        self.must_be_sound()
        for outcome in self.parallel:
            passes(outcome, "-n 2")

    def must_pass_on_variants(self) -> None:
        self.must_be_sound()
        for variant, outcome in self.variants:
            passes(outcome, variant.id)

    def must_catch_all(self, which: Callable[[Variation], bool]) -> None:
        """They catch every planted bug of some kind."""
        self.must_be_sound()
        for bug, outcome in self.bugs:
            if which(bug):
                got = outcome.evidence()
                expect.true("bug_caught", outcome.caught, got=got, bug=bug.id)

    def must_catch_enough(self) -> None:
        """They catch 80 % of the planted bugs; fewer earn their share."""
        self.must_be_sound()
        missed = [bug.story for bug, outcome in self.bugs if not outcome.caught]
        caught = len(self.bugs) - len(missed)
        share = caught / len(self.bugs) / ENOUGH
        if share < 1:
            raise CheckFailed(
                "bugs_missed",
                expected=f"≥ {ENOUGH:.0%}",
                got={"caught": caught, "of": len(self.bugs), "missed": missed},
                earned=share,
            )


def passes(outcome: Outcome, app: str) -> None:
    expect.true("own_tests_pass", outcome.passed, got=outcome.evidence(), app=app)


async def try_tests(world: World) -> Trial:
    """Run the learner's tests on everything that they are judged by."""
    tests = OwnTests(world)
    if not tests.exist():
        return Trial()
    twice, parallel = await asyncio.gather(
        tests.run(reference(), times=2), tests.run(reference(), "-n2")
    )
    if not all(outcome.passed for outcome in twice):
        # They fail always, so what they fail on tells nothing.
        return Trial(twice, parallel)
    variants = [v for v in correct_variants(world.problem) if v.judges_tests]
    bugs = [bug for bug in planted_bugs(world.problem) if bug.judges_tests]
    others, hunted = await asyncio.gather(
        tests.run_all(variants), tests.run_all(bugs, "-x")
    )
    return Trial(
        twice,
        parallel,
        list(zip(variants, others, strict=True)),
        list(zip(bugs, hunted, strict=True)),
    )
