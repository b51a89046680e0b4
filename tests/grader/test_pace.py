"""Comparisons of time: where the limits lie, and when rounds may end early."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

from grader.judge.checks.failures import CheckFailed
from grader.judge.pace.speed import LOOK, ROUNDS, TRIES, keep_ratio, typical


class Clock:
    """Something timed that takes the seconds it is told."""

    def __init__(self, *seconds: float) -> None:
        self._next: Iterator[float] = cycle(seconds)
        self.seconds: list[float] = []
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1
        self.seconds.append(next(self._next))

    def typical(self) -> float:
        return typical(self.seconds)


class Benchmark:
    def pedantic(
        self, target: Any, setup: Any, rounds: int, warmup_rounds: int
    ) -> None:
        for _ in range(rounds + warmup_rounds):
            setup()
            target()


@pytest.mark.parametrize(
    ("slower", "earned"), [(1.0, 1), (1.9, 1), (2.5, 0.5), (3.9, 0.5), (4.1, 0), (9, 0)]
)
def test_points_by_ratio(slower: float, earned: float) -> None:
    learner, reference = Clock(slower), Clock(1.0)

    if earned == 1:
        keep_ratio(Benchmark(), learner, reference)
    else:
        with pytest.raises(CheckFailed) as failed:
            keep_ratio(Benchmark(), learner, reference)
        assert failed.value.earned == earned


def test_what_is_clear_ends_at_the_first_look() -> None:
    learner = Clock(1.0)

    keep_ratio(Benchmark(), learner, Clock(1.0))

    assert learner.calls == LOOK + 5


def test_what_is_near_a_limit_is_measured_in_full_and_again() -> None:
    learner = Clock(2.1)

    with pytest.raises(CheckFailed):
        keep_ratio(Benchmark(), learner, Clock(1.0))

    assert learner.calls >= TRIES * ROUNDS


def test_a_slow_first_look_does_not_decide() -> None:
    """Some rounds are hit by another process; the fastest quarter is what counts."""
    learner = Clock(*[6.0] * (LOOK + 5), *[1.0] * 300)

    keep_ratio(Benchmark(), learner, Clock(1.0))
