"""Whatever a learner wrote, in whatever state of git, reset and restore keep it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from grader import starter
from grader.catalogue import Problem, load
from grader.errors import SetupError
from grader.learner import start_over
from grader.learner.backups import backups, contents
from grader.learner.home import ELSEWHERE
from grader.paths import SOLUTIONS

GIT = [
    ["add", "-A"],
    ["commit", "-qam", "x"],
    ["stash", "-u"],
    ["checkout", "-qf", "."],
]
STARTER_FILES = ["services.py", "deps.py", "routers/posts.py", "migrations/env.py"]
OWN = [
    "mine.py",
    "中 文.txt",
    ".hidden",
    "services.py.orig",
    "deep/er/data.bin",
    "tests/a.py",
]
PYTHON = [
    "",
    "x = 1\n",
    "def create_post():\r\n    return 'mine'\r\n",
    "async def load_post(: broken",
    "class Post:\n    def insert_post(self): ...\ndef create_post(): return 2; y = 3\n",
    "s = '\u2028 \x0c'\ndef delete_post():\n    return s\ndef delete_post(): ...\n",
    "#!/usr/bin/env python\n# -*- coding: latin-1 -*-\n",
]
TEXTS = st.sampled_from([*map(str.encode, PYTHON), b"\xff\x00"])


@pytest.fixture(autouse=True, scope="module")
def build_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The starter is the same each time: it is copied, to try more."""
    ready = tmp_path_factory.mktemp("ready")
    starter.build(load("blog"), ready)

    def build(_: Problem, target: Path) -> None:
        shutil.copytree(ready / "blog", target / "blog")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(starter, "build", build)
        yield


class Work(RuleBasedStateMachine):
    """Every content that stood in the package is in it, or whole in some backup."""

    problem: Problem

    @initialize(finished=st.booleans())
    def begin(self, *, finished: bool) -> None:
        self.folder = Path(tempfile.mkdtemp())
        os.environ[ELSEWHERE] = str(self.folder / ".workbook")
        self.problem = load("blog")
        self.target = self.folder / "starter"
        self.package = self.target / "blog"
        starter.build(self.problem, self.target)
        self.fresh = contents(self.package)
        if finished:
            # Then every stage has something to take back.
            shutil.rmtree(self.package)
            without = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOLUTIONS / "blog", self.package, ignore=without)
        # What must be found again: each state that a reset or restore met.
        self.states: list[dict[str, bytes | str | None]] = []
        (self.folder / ".gitignore").write_text(".workbook/\n__pycache__/\n")
        self.git("init", "-q")

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(
            ["git", *who, *words], cwd=self.folder, capture_output=True, timeout=60
        )

    @rule(name=st.sampled_from(STARTER_FILES + OWN), content=TEXTS)
    def save(self, name: str, content: bytes) -> None:
        path = self.package / name
        # A folder of that name, or a file where a folder should be: not saved.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @rule(name=st.sampled_from(STARTER_FILES + OWN))
    def append(self, name: str) -> None:
        with contextlib.suppress(OSError), (self.package / name).open("ab") as file:
            file.write(b"# more\n")

    @rule(name=st.sampled_from(STARTER_FILES + OWN))
    def delete(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.package / name).unlink()

    @rule(name=st.sampled_from(STARTER_FILES + OWN))
    def link(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.package / f"{Path(name).name}.link").symlink_to(name)

    @precondition(lambda self: len(self.states) % 3 == 2)
    @rule()
    def delete_everything(self) -> None:
        shutil.rmtree(self.package, ignore_errors=True)

    @rule(words=st.sampled_from(GIT))
    def use_git(self, words: list[str]) -> None:
        self.git(*words)

    @rule()
    def reset_all(self) -> None:
        before = self.note()
        changed, backup = start_over.reset(self.problem, self.target)
        assert starter.is_fresh(self.problem, self.target)
        assert backup is not None or not changed or not before

    @rule(stage=st.integers(1, 8))
    def reset_stage(self, stage: int) -> None:
        before = self.note()
        try:
            start_over.reset_stage(self.problem, self.problem.stage(stage), self.target)
        except SetupError:
            assert contents(self.package) == before

    @rule()
    def restore_newest(self) -> None:
        found = backups(self.problem)
        self.note()
        if not found:
            return
        wanted = contents(found[0].folder / "blog")
        start_over.restore(self.problem, None, self.target)
        assert contents(self.package) == wanted

    def note(self) -> dict[str, bytes | str | None]:
        before = contents(self.package)
        if before:
            self.states.append(before)
        return before

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "states"):
            return
        kept = [contents(b.folder / "blog") for b in backups(self.problem)]
        places = [contents(self.package), *kept]
        for state in self.states:
            assert state in places or without_caches(state) == self.fresh
        # What stands in the package now may change: only what was met must stay.
        self.states = [s for s in self.states if s in kept]

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.environ.pop(ELSEWHERE, None)


def without_caches(
    state: dict[str, bytes | str | None],
) -> dict[str, bytes | str | None]:
    return {k: v for k, v in state.items() if "__pycache__" not in k}


TestWork = Work.TestCase
TestWork.settings = settings(
    # The same each time: a mutant that lost bytes once is found again.
    derandomize=True,
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
