"""Jobs that were over before a busy judge looked cost nobody a point."""

from typing import Any, cast

import pytest

from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from tests.jobs.at_work import LONGER, TRIES, at_work


class Missed:
    """A judge that looks only when jobs shorter than `seen` seconds are over."""

    def __init__(self, seen: float) -> None:
        self.seen = seen
        self.lasted: list[float] = []

    async def hand_in(self, seconds: float) -> list[str]:
        self.lasted.append(seconds)
        return ["7", "8"]

    async def execute(self, query: str, ids: list[str]) -> list[tuple[Any, ...]]:
        state = "running" if self.lasted[-1] >= self.seen else "succeeded"
        return [(state,), ("queued" if state == "running" else state,)]


async def test_longer_jobs_are_handed_in_until_one_is_seen() -> None:
    judge = Missed(seen=LONGER)
    assert await at_work(cast(Database, judge), judge.hand_in, 1) == ["7", "8"]
    assert judge.lasted == [1, LONGER]


async def test_jobs_that_are_over_at_once_are_refused_soon() -> None:
    judge = Missed(seen=1e9)
    with pytest.raises(CheckFailed):
        await at_work(cast(Database, judge), judge.hand_in, 1)
    assert len(judge.lasted) == TRIES
