"""Stage 9: the tests that the learner wrote, judged by what they pass and refuse."""

import pytest

from grader.judge.app.world import World
from grader.judge.own_tests.hunt import try_tests
from grader.judge.own_tests.trial import Trial


@pytest.fixture(scope="module")
async def trial(world: World) -> Trial:
    """How the tests that the learner wrote ended, on everything."""
    return await try_tests(world)


async def test_pass_twice_in_random_order(trial: Trial) -> None:
    """Your tests pass on the reference, twice on one database, in random order."""
    trial.must_be_sound()


async def test_pass_in_parallel(trial: Trial) -> None:
    """Your tests pass when two processes share them (`-n 2`)."""
    trial.must_pass_in_parallel()


async def test_pass_on_other_correct_apps(trial: Trial) -> None:
    """Your tests pass on correct apps that are built differently."""
    trial.must_pass_on_variants()


async def test_catch_planted_bugs(trial: Trial) -> None:
    """Your tests catch at least 80 % of the planted bugs; fewer earn their share."""
    trial.must_catch_enough()
