"""Stage 8: the tests that the learner wrote, judged by what they pass and refuse."""

from collections.abc import Sequence

import pytest

from grader.judge import expect
from grader.judge.edits import Variation, correct_variants, planted_bugs, reference
from grader.judge.failures import CheckFailed
from grader.judge.own_tests import Outcome, OwnTests
from grader.judge.world import World

# Full marks for this share of the planted bugs.
ENOUGH = 0.8


@pytest.fixture(scope="module")
async def tests(world: World) -> OwnTests:
    return OwnTests(world)


@pytest.fixture(scope="module")
async def twice(tests: OwnTests) -> Sequence[Outcome]:
    """Two runs on one database, in two orders."""
    return await tests.run(reference(), times=2) if tests.exist() else []


def sound(twice: Sequence[Outcome]) -> None:
    """Tests that fail on a correct app catch nothing."""
    expect.true("own_tests_exist", twice, expected="tests/test_*.py")
    for outcome in twice:
        expect.true(
            "own_tests_pass", outcome.passed, got=outcome.evidence(), app="reference"
        )


async def test_pass_twice_in_random_order(twice: Sequence[Outcome]) -> None:
    """Your tests pass on the reference, twice on one database, in random order."""
    sound(twice)


async def test_pass_in_parallel(tests: OwnTests, twice: Sequence[Outcome]) -> None:
    """Your tests pass when two processes share them (`-n 2`)."""
    sound(twice)

    (outcome,) = await tests.run(reference(), "-n2")

    expect.true("own_tests_pass", outcome.passed, got=outcome.evidence(), app="-n 2")


async def test_pass_on_other_correct_apps(
    tests: OwnTests, twice: Sequence[Outcome], world: World
) -> None:
    """Your tests pass on correct apps that are built differently."""
    sound(twice)
    variants = [v for v in correct_variants(world.problem) if v.judges_tests]

    outcomes = await tests.run_all(variants)

    for variant, outcome in zip(variants, outcomes, strict=True):
        expect.true(
            "own_tests_pass", outcome.passed, got=outcome.evidence(), app=variant.id
        )


@pytest.fixture(scope="module")
async def hunted(
    tests: OwnTests, twice: Sequence[Outcome], world: World
) -> list[tuple[Variation, Outcome]]:
    """Each planted bug with the run of the tests on it."""
    if not twice or not all(outcome.passed for outcome in twice):
        return []
    bugs = [bug for bug in planted_bugs(world.problem) if bug.judges_tests]
    return list(zip(bugs, await tests.run_all(bugs, "-x"), strict=True))


async def test_catch_growing_sql(
    twice: Sequence[Outcome], hunted: list[tuple[Variation, Outcome]]
) -> None:
    """A query budget in your tests catches a list that runs one query per post."""
    sound(twice)
    for bug, outcome in hunted:
        if bug.grows:
            expect.true(
                "bug_caught", outcome.caught, got=outcome.evidence(), bug=bug.id
            )


async def test_catch_planted_bugs(
    twice: Sequence[Outcome], hunted: list[tuple[Variation, Outcome]]
) -> None:
    """Your tests catch at least 80 % of the planted bugs; fewer earn their share."""
    sound(twice)
    missed = [bug.story for bug, outcome in hunted if not outcome.caught]
    share = (len(hunted) - len(missed)) / len(hunted) / ENOUGH
    if share < 1:
        raise CheckFailed(
            "bugs_missed",
            expected=f"≥ {ENOUGH:.0%}",
            got={
                "caught": len(hunted) - len(missed),
                "of": len(hunted),
                "missed": missed,
            },
            earned=share,
        )
