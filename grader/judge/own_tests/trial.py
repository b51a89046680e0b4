"""The trial of a learner's tests: what they pass, and what they refuse."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed
from grader.judge.own_tests.edits import (
    Variation,
    correct_variants,
    planted_bugs,
    reference,
)
from grader.judge.own_tests.runs import Outcome, OwnTests

# Full marks for this share of the planted bugs.
ENOUGH = 0.8
Judged = Sequence[tuple[Variation, Outcome]]
# How often load tests may try: a busy machine spoils measurements now and then.
TRIES = 3


@dataclass
class Trial:
    """How the tests ended: on the reference, on correct variants, on planted bugs."""

    twice: Sequence[Outcome] = ()
    parallel: Sequence[Outcome] = ()
    variants: Judged = ()
    bugs: Judged = ()
    # Load tests are run alone: on the reference until they pass, on each slow bug.
    load: Sequence[Outcome] = ()
    slow: Judged = ()

    def must_be_sound(self) -> None:
        """They pass on the reference: tests that fail there catch nothing."""
        expect.true("own_tests_exist", self.twice, expected="tests/test_*.py")
        for outcome in self.twice:
            passes(outcome, "reference")

    def _told_already(self) -> None:
        """What the first check shows in full is no news in the others."""
        sound = bool(self.twice) and all(outcome.passed for outcome in self.twice)
        expect.true("own_tests_sound", sound)

    def must_pass_in_parallel(self) -> None:
        self._told_already()
        for outcome in self.parallel:
            passes(outcome, "-n 2")

    def must_pass_on_variants(self) -> None:
        self._told_already()
        for variant, outcome in self.variants:
            passes(outcome, variant.id)

    def must_catch_all(self, which: Callable[[Variation], bool]) -> None:
        """They catch every planted bug of some kind."""
        self._told_already()
        for bug, outcome in self.bugs:
            if which(bug):
                got = outcome.evidence()
                expect.true("bug_caught", outcome.caught, got=got, bug=bug.id)

    def must_catch_enough(self) -> None:
        """They catch 80 % of the planted bugs; fewer earn their share."""
        self._told_already()
        catches(self.bugs, ENOUGH)

    def must_catch_slow_bugs(self) -> None:
        """Load tests pass on the reference, in one of a few tries, and catch all."""
        self._told_already()
        passes(self.load[-1], "--benchmark-only")
        catches(self.slow, 1)


def passes(outcome: Outcome, app: str) -> None:
    if outcome.hung:
        expect.fail("own_tests_time", got=outcome.evidence(), app=app)
    expect.true("own_tests_pass", outcome.passed, got=outcome.evidence(), app=app)


def catches(judged: Judged, enough: float) -> None:
    """This share of the bugs is caught; less earns as much less."""
    missed = [bug.story for bug, outcome in judged if not outcome.caught]
    caught = len(judged) - len(missed)
    share = caught / len(judged) / enough
    if share < 1:
        raise CheckFailed(
            "bugs_missed",
            expected=f"≥ {enough:.0%}",
            got={"caught": caught, "of": len(judged), "missed": missed},
            earned=share,
        )


async def try_tests(world: World) -> Trial:
    """Run the learner's tests on everything that they are judged by."""
    tests = OwnTests(world)
    if not tests.exist():
        return Trial()
    planted = planted_bugs(world.problem)
    slow = [bug for bug in planted if bug.slow]
    # Where there are load tests, they are left out here and run alone below.
    skip = ("--benchmark-skip",) if slow else ()
    twice, parallel = await asyncio.gather(
        tests.run(reference(), *skip, times=2), tests.run(reference(), "-n2", *skip)
    )
    if not all(outcome.passed for outcome in twice):
        # They fail always, so what they fail on tells nothing.
        return Trial(twice, parallel)
    variants = [v for v in correct_variants(world.problem) if v.judges_tests]
    bugs = [bug for bug in planted if bug.judges_tests]
    others, hunted = await asyncio.gather(
        tests.run_all(variants, *skip), tests.run_all(bugs, "-x", *skip)
    )
    trial = Trial(twice, parallel, pairs(variants, others), pairs(bugs, hunted))
    if slow:
        trial.load, trial.slow = await try_load_tests(tests, slow)
    return trial


async def try_load_tests(
    tests: OwnTests, slow: Sequence[Variation]
) -> tuple[Sequence[Outcome], Judged]:
    load: list[Outcome] = []
    while not load or (not load[-1].passed and len(load) < TRIES):
        load += await tests.run(reference(), "--benchmark-only")
    if not load[-1].passed:
        return load, ()
    # One after the other: measurements side by side would spoil each other.
    hunted = [
        outcome
        for bug in slow
        for outcome in await tests.run(bug, "--benchmark-only", "-x")
    ]
    return load, pairs(slow, hunted)


def pairs(variations: Sequence[Variation], outcomes: Sequence[Outcome]) -> Judged:
    return list(zip(variations, outcomes, strict=True))
