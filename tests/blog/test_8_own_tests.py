"""Stage 8: the tests that the learner wrote, judged by what they pass and refuse."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

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
        """Tests that fail on a correct app catch nothing."""
        expect.true("own_tests_exist", self.twice, expected="tests/test_*.py")
        for outcome in self.twice:
            passes(outcome, "reference")


def passes(outcome: Outcome, app: str) -> None:
    expect.true("own_tests_pass", outcome.passed, got=outcome.evidence(), app=app)


@pytest.fixture(scope="module")
async def trial(world: World) -> Trial:
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


async def test_pass_twice_in_random_order(trial: Trial) -> None:
    """Your tests pass on the reference, twice on one database, in random order."""
    trial.must_be_sound()


async def test_pass_in_parallel(trial: Trial) -> None:
    """Your tests pass when two processes share them (`-n 2`)."""
    trial.must_be_sound()

    for outcome in trial.parallel:
        passes(outcome, "-n 2")


async def test_pass_on_other_correct_apps(trial: Trial) -> None:
    """Your tests pass on correct apps that are built differently."""
    trial.must_be_sound()

    for variant, outcome in trial.variants:
        passes(outcome, variant.id)


async def test_catch_growing_sql(trial: Trial) -> None:
    """A query budget in your tests catches a list that runs one query per post."""
    trial.must_be_sound()

    for bug, outcome in trial.bugs:
        if bug.grows:
            got = outcome.evidence()
            expect.true("bug_caught", outcome.caught, got=got, bug=bug.id)


async def test_catch_planted_bugs(trial: Trial) -> None:
    """Your tests catch at least 80 % of the planted bugs; fewer earn their share."""
    trial.must_be_sound()
    missed = [bug.story for bug, outcome in trial.bugs if not outcome.caught]
    caught = len(trial.bugs) - len(missed)
    share = caught / len(trial.bugs) / ENOUGH
    if share < 1:
        raise CheckFailed(
            "bugs_missed",
            expected=f"≥ {ENOUGH:.0%}",
            got={"caught": caught, "of": len(trial.bugs), "missed": missed},
            earned=share,
        )
