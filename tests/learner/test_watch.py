"""Watching: every save is noticed, one step follows the other, nothing ends quietly."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader import starter
from grader.catalogue import Problem
from grader.errors import Cancelled, SetupError
from grader.judge.app.schema import schema_key
from grader.learner import changes as noticing
from grader.learner import watch_loop
from grader.learner.changes import Changes
from grader.learner.keys import Keys
from grader.learner.watch_loop import Watch
from grader.report.terminal import Screen
from grader.results import CheckResult, ProblemResult, Result, StageResult


class Pressed(Keys):
    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)

    def pressed(self) -> str:
        return self.keys.pop(0) if self.keys else "q"


class Engine:
    """Answers each grading with what it was told, and remembers what it was asked."""

    answers: list[Any]
    asked: list[list[int]]

    def __init__(self, **_: Any) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def tidy(self) -> None: ...

    def grade(
        self,
        problems: list[Problem],
        target: Path,
        language: str,
        stages: list[int],
        *,
        cancelled: Callable[[], bool],
    ) -> Result:
        self.asked.append(stages)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found = [
            StageResult(n, f"Stage {n}", [CheckResult(f"c{n}", "C", s, 1, 0, 0.1)])
            for n, s in zip(stages, answer, strict=True)
        ]
        return Result(str(target), language, {}, [ProblemResult("blog", found)])


@pytest.fixture
def package(blog: Problem, tmp_path: Path) -> Path:
    starter.build(blog, tmp_path / "target")
    return tmp_path / "target" / "blog"


def watched(
    blog: Problem,
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[Any],
    keys: Keys,
    language: str = "en",
    stage: int = 1,
) -> str:
    """What a watch says that gets these answers and keys."""
    Engine.answers, Engine.asked = answers, []
    monkeypatch.setattr(watch_loop, "Engine", Engine)
    console = Console(file=io.StringIO(), width=300)
    screen = Screen(language, console=console)
    changes = Changes([package])
    try:
        target = package.parent
        Watch(blog, stage, target, screen, keys, changes, lambda n: None).run()
    finally:
        changes.close()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_done_stage_moves_on_and_earlier_ones_are_tried(
    blog: Problem, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["passed"], ["passed"], ["passed"], ["failed"]]

    said = watched(blog, package, monkeypatch, answers, Pressed())

    assert Engine.asked == [[1], [2], [1], [3]]
    assert "On to stage 2" in said
    assert "On to stage 3" in said
    assert said.rstrip().endswith("nothing is left running.")


def test_stage_that_broke_is_in_work_again(
    blog: Problem, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["passed"], ["passed", "failed"], ["failed"]]

    watched(blog, package, monkeypatch, answers, Pressed("r"), stage=3)

    assert Engine.asked == [[3], [1, 2], [2]]


@pytest.mark.parametrize(
    "fault",
    [
        RuntimeError("gone"),
        OSError("no space"),
        SetupError("no_file", file=1, reason="x"),
    ],
)
def test_fault_is_said_and_the_watch_goes_on(
    blog: Problem, package: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    answers = [fault, ["failed"]]

    said = watched(blog, package, monkeypatch, answers, Pressed("r"))

    assert Engine.asked == [[1], [1]]
    assert ("gone" in said) or ("no space" in said) or ("cannot be read" in said)


def test_save_during_a_run_cancels_it(
    blog: Problem, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = watched(blog, package, monkeypatch, [Cancelled(), ["failed"]], Pressed())

    assert Engine.asked == [[1], [1]]
    assert "cancelled by a save" in said


@pytest.mark.parametrize(
    ("language", "label"), [("en", "in your code: "), ("zh", "你的代码：")]
)
def test_syntax_error_is_a_message_with_its_place(
    blog: Problem,
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    label: str,
) -> None:
    (package / "services.py").write_text("x = 1\ndef (\n")

    said = watched(blog, package, monkeypatch, [], Pressed(), language)

    assert Engine.asked == []
    assert f"{label}{package}/services.py:2: SyntaxError: invalid syntax\n" in said


def waits(changes: Changes) -> bool:
    """Whether a change becomes pending; asked often, for at most some seconds."""
    ticks = threading.Event()
    return any(changes.pending() or ticks.wait(0.05) for _ in range(200))


def test_save_is_noticed_once(package: Path) -> None:
    changes = Changes([package])
    try:
        assert not changes.pending()
        (package / "services.py").write_text("x = 1\n")
        assert waits(changes)
        assert changes.pending()
        changes.take()
        assert not changes.pending()
    finally:
        changes.close()


def test_saves_are_noticed_without_events(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(noticing, "watch", refused)
    changes = Changes([package])
    try:
        (package / "new.py").write_text("x = 1\n")
        assert waits(changes)
        assert changes.polling
    finally:
        changes.close()


def test_events_that_never_come_make_it_look_often(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticing, "watch", lambda *_, **__: iter(()))
    monkeypatch.setattr(noticing, "SELDOM", 0.1)
    changes = Changes([package])
    try:
        assert not changes.polling
        (package / "new.py").write_text("x = 1\n")
        assert waits(changes)
        assert changes.polling
    finally:
        changes.close()


def test_scratch_files_of_editors_are_no_saves(package: Path) -> None:
    changes = Changes([package])
    try:
        for name in (".services.py.swp", "services.py~", "4913", "x.tmp"):
            (package / name).write_text("x")
        changes._event.set()
        assert not changes.pending()
    finally:
        changes.close()


def test_schema_depends_on_migrations_and_what_they_import(
    blog: Problem, package: Path
) -> None:
    def key() -> str:
        return schema_key(blog, package.parent)

    def changed(name: str) -> bool:
        before = key()
        with (package / name).open("a") as file:
            file.write("\n# more\n")
        return key() != before

    assert not changed("services.py")
    assert changed("migrations/versions/0002_blog.py")
    # `env.py` imports the models, and these the base class.
    assert changed("models.py")
    assert changed("database.py")
