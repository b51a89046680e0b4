"""Stages that are judged side by side get the verdicts that they get one by one."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.catalogue import Problem
from grader.child import sums
from grader.errors import Cancelled
from grader.judge.app.memory import Memory
from grader.judge.app.world import World
from grader.judge.suite.lanes import Lanes
from grader.paths import SOLUTIONS
from grader.results import CheckResult, Result
from grader.run import Engine

if sys.platform != "linux":
    pytest.skip("only Linux has lanes", allow_module_level=True)

# What an app gets: each check's id, verdict, points and sentence.
Verdicts = list[tuple[str, str, float, object]]


@pytest.fixture(scope="module")
def lanes() -> Iterator[Engine]:
    with Engine(lanes=2) as engine:
        yield engine


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """The reference, with faults that show in several stages."""
    target = tmp_path / "target"
    for package in ("blog", "given"):
        shutil.copytree(SOLUTIONS / package, target / package)
    return target


def edit(target: Path, file: str, find: str, replace: str) -> None:
    path = target / "blog" / file
    text = path.read_text("utf-8")
    assert text.count(find) == 1
    path.write_text(text.replace(find, replace), "utf-8")


def verdicts(result: Result) -> Verdicts:
    return [
        (check.id, check.status, check.score, (check.failure or {}).get("text"))
        for stage in result.problems[0].stages
        for check in stage.checks
    ]


def test_verdicts_are_those_of_one_stage_after_another(
    engine: Engine, lanes: Engine, blog: Problem, wrong: Path
) -> None:
    """Also of what waits for an earlier stage, and in the same order."""
    edit(wrong, "routers/health.py", '"/readyz"', '"/ready"')
    edit(wrong, "routers/auth.py", '"/register"', '"/sign-up"')

    alone = verdicts(engine.grade([blog], wrong, "en", [1, 2, 6, 7]))
    beside = verdicts(lanes.grade([blog], wrong, "en", [1, 2, 6, 7]))

    assert beside == alone
    assert {status for _, status, _, _ in beside} == {"passed", "failed", "blocked"}


def test_too_much_in_one_stage_is_the_fault_of_no_other(
    lanes: Engine, blog: Problem, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes.launcher, "limits", {"processes": 60})
    flood = "    for _ in range(90): os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '99')\n"
    edit(wrong, "routers/health.py", "    # Without the database", f"{flood}    #")
    edit(wrong, "routers/health.py", "from pathlib", "import os\nfrom pathlib")

    result = lanes.grade([blog], wrong, "en", [1, 2, 3, 7])

    first, second, third, last = result.problems[0].stages
    assert {s.status for s in (first, second, third)} == {"passed"}
    keys = {(check.failure or {}).get("key") for check in last.checks}
    assert "failure.over.processes" in keys
    assert sums.children(preloader(lanes)) == []


def preloader(engine: Engine) -> int:
    return engine.launcher._preloader.pid  # type: ignore[attr-defined,no-any-return]


def test_nobody_waits_for_lanes_that_are_cancelled(
    lanes: Engine, blog: Problem
) -> None:
    judged: list[int] = []

    class Watcher:
        def begin(self, problem: Problem, checks: int) -> None: ...

        def ran_tests(self, problem: Problem, runs: int) -> None: ...

        def judged(self, problem: Problem, stage: int, check: CheckResult) -> None:
            judged.append(stage)

    with pytest.raises(Cancelled):
        lanes.grade(
            [blog], SOLUTIONS, "en", [1, 3], Watcher(), cancelled=lambda: bool(judged)
        )

    assert judged
    assert sums.children(preloader(lanes)) == []
    assert lanes.grade([blog], SOLUTIONS, "en", [1, 2]).passed


@pytest.fixture
def world(lanes: Engine, blog: Problem) -> World:
    return World(blog, SOLUTIONS, lanes.cluster, lanes.launcher, memory=Memory())


class Judging:
    """A judge to which lanes tell what they find."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self.report: Callable[[int, CheckResult], None] = self.hear
        self.stopped: Callable[[], bool] = lambda: False

    def hear(self, stage: int, check: CheckResult) -> None:
        self.found.append(stage)


class Breaks:
    """A check in whose place the judge itself fails."""

    def __init__(self, how: object) -> None:
        self.ihook = self
        self._how = how

    def pytest_runtest_protocol(self, item: object, nextitem: object) -> None:
        if isinstance(self._how, BaseException):
            raise self._how
        os._exit(7)


@pytest.mark.parametrize(
    ("how", "said"), [(KeyError("lost"), "KeyError: 'lost'"), (None, "ended with 7")]
)
def test_lane_that_breaks_is_an_error(world: World, how: object, said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        Lanes(world, 2).run(Judging(), [[Breaks(how)]])  # type: ignore[list-item]
    asyncio.run(world.close())


def test_verdicts_say_why_a_lane_broke(
    lanes: Engine, blog: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(part: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("grader.judge.suite.lanes.run", breaks)

    result = lanes.grade([blog], SOLUTIONS, "en", [1, 2])

    checks = [check for stage in result.problems[0].stages for check in stage.checks]
    assert {check.status for check in checks} == {"error"}
    assert all("KeyError: 'lost'" in (c.failure or {})["got"] for c in checks)


def test_what_went_well_in_a_lane_is_remembered(
    lanes: Engine, tmp_path: Path, blog: Problem
) -> None:
    memory = Memory(tmp_path / "known.json")
    world = World(blog, SOLUTIONS, lanes.cluster, lanes.launcher, memory=memory)

    class Remembers(Breaks):
        def pytest_runtest_protocol(self, item: object, nextitem: object) -> None:
            world.memory.add("a digest")

    Lanes(world, 2).run(Judging(), [[Remembers(None)]])  # type: ignore[list-item]

    assert "a digest" in memory
    assert "a digest" in Memory(tmp_path / "known.json")
    asyncio.run(world.close())


def test_servers_of_others_have_no_lanes(
    lanes: Engine, blog: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(blog, SOLUTIONS, lanes.cluster, lanes.launcher)
    assert Lanes(world, 2).open
    assert not Lanes(world, 1).open

    monkeypatch.setattr(lanes.cluster, "folder", None)

    assert not Lanes(world, 2).open
    asyncio.run(world.close())
