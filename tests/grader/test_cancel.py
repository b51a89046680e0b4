"""A grading that nobody waits for ends soon, and the engine can be used again."""

import pytest

from grader.catalogue import Problem
from grader.paths import SOLUTIONS
from grader.run import Cancelled, Engine


def test_cancelled_grading_ends_and_the_next_one_is_right(
    engine: Engine, blog: Problem
) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Cancelled):
        engine.grade([blog], SOLUTIONS, "en", [1], cancelled=cancelled)

    assert asked > 3
    assert engine.grade([blog], SOLUTIONS, "en", [2]).passed
