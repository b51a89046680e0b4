"""A grading that nobody waits for ends soon, and the engine can be used again."""

import shutil
from pathlib import Path

import pytest

from grader.catalogue import Problem
from grader.child.confine import NOT_CONFINED
from grader.errors import Cancelled
from grader.paths import SOLUTIONS
from grader.run import Engine


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


def test_learners_code_that_hangs_is_cancelled_too(
    engine: Engine, blog: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It leaves its notes outside of its own folder.
    monkeypatch.setattr(engine.launcher, "level", NOT_CONFINED)
    begun, over = tmp_path / "begun", tmp_path / "over"
    target = tmp_path / "target"
    shutil.copytree(SOLUTIONS, target)
    environment = target / "blog" / "migrations" / "env.py"
    hang = f"open({str(begun)!r}, 'w'); time.sleep(30); open({str(over)!r}, 'w')"
    environment.write_text(f"import time\n{hang}\n{environment.read_text()}")

    with pytest.raises(Cancelled):
        engine.grade([blog], target, "en", [1], cancelled=begun.exists)

    assert begun.exists()
    assert not over.exists()
