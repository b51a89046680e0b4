"""Runs the tests that a learner wrote beside one app at a time."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.cores import cores
from grader.files import files_of, write_files
from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.database import Database
from grader.judge.own_tests.edits import Files

# What the statement allows a run of the tests.
ALLOWED_SECONDS = 60
# When it is stopped: a busy machine must not decide.
RUN_SECONDS = 3.0 * ALLOWED_SECONDS
CONFIGURATION = '[pytest]\nanyio_mode = "auto"\n'


@dataclass(frozen=True)
class Outcome:
    """How a run of the learner's tests ended, and what was noted of it."""

    ran: Ran
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return self.ran.code == pytest.ExitCode.OK

    @property
    def caught(self) -> bool:
        """A test failed. A collection error or a time-out is never a catch."""
        return self.ran.code == pytest.ExitCode.TESTS_FAILED

    @property
    def hung(self) -> bool:
        """They were stopped at the deadline."""
        return self.ran.code is None

    def evidence(self) -> str:
        """Which tests failed, or which one hung; then the end of the output."""
        lines = (self.ran.out + self.ran.err).strip().splitlines()
        if self.hung:
            # Pytest names a test before it runs it: the last one never ended.
            return "\n".join([f"> {RUN_SECONDS:g} s", *lines[-4:]])
        failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        rest = [line for line in lines if line not in failed and "= short" not in line]
        return "\n".join(failed[:3] + rest[-9:]) or f"exit {self.ran.code}"


@dataclass(frozen=True)
class RunOptions:
    """How the tests are run."""

    arguments: tuple[str, ...] = ()
    # What shuffles them.
    seed: int = 1
    # These tests come first; with `only`, no others run.
    first: tuple[str, ...] = ()
    only: bool = False
    # Whether it is noted which test executes which lines.
    traced: bool = False


class OwnTests:
    """The learner's `tests/`; as many runs at once as there are cores."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slots = asyncio.Semaphore(cores())
        self.folder = world.target / world.problem.slug / "tests"

    def exist(self) -> bool:
        return any(path.match("test_*.py") for path in files_of(self.folder))

    async def run(self, app: Files, options: RunOptions) -> Outcome:
        """Run the tests on an app and a database of their own."""
        async with self.beside(app) as beside:
            return await beside.run(options)

    @contextlib.asynccontextmanager
    async def beside(self, app: Files) -> AsyncIterator["Beside"]:
        """The tests beside an app, and one database for several runs."""
        async with self._slots:
            with self._built(app) as beside:
                yield beside

    @contextlib.contextmanager
    def _built(self, app: Files) -> Iterator["Beside"]:
        home = self._world.folders.new()
        database = self._world.database()
        try:
            yield Beside(self._world, self._build(app, home), database)
        finally:
            self._world.databases.drop(database)
            shutil.rmtree(home, ignore_errors=True)

    def _build(self, app: Files, home: Path) -> Path:
        """The app's package with the learner's tests in place of its own."""
        target = home / "target"
        write_files(app, target)
        tests = target / self._world.problem.slug / "tests"
        shutil.rmtree(tests, ignore_errors=True)
        for path in files_of(self.folder):
            copy = tests / path.relative_to(self.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        (target / "pytest.toml").write_text(CONFIGURATION)
        return target


class Beside:
    """The learner's tests beside one app, with a database."""

    def __init__(self, world: World, target: Path, database: Database) -> None:
        self._world = world
        self._target = target
        self._database = database
        self._package = target / world.problem.slug

    async def run(self, options: RunOptions) -> Outcome:
        return await asyncio.to_thread(self._run, options)

    def _run(self, options: RunOptions) -> Outcome:
        notes = self._target / "notes.json"
        job = {
            "kind": "pytest",
            "cpu_seconds": int(RUN_SECONDS),
            # So that the paths that it prints begin at the package.
            "folder": str(self._target),
            "arguments": self._arguments(options),
            "first": options.first,
            "only": options.only,
            "trace": str(self._package) if options.traced else "",
            "notes": str(notes),
        }
        settings = {
            "DATABASE_URL": self._database.url,
            "PYTHONPATH": str(self._target),
            "COLUMNS": "200",
        }
        notes.unlink(missing_ok=True)
        ran = self._world.runner.run(
            job, settings, target=self._target, seconds=RUN_SECONDS
        )
        self._world.ran_own_tests()
        return Outcome(ran, read_notes(notes))

    def _arguments(self, options: RunOptions) -> list[str]:
        return [
            # Not the whole path: pytest takes what follows a "[" for a parameter.
            f"{self._world.problem.slug}/tests",
            f"--rootdir={self._target}",
            f"-c{self._target / 'pytest.toml'}",
            "-pno:cacheprovider",
            "-q",
            "-x",
            # Each test by its name, without a bar: what hangs is the last one.
            "-overbosity_test_cases=1",
            "-oconsole_output_style=classic",
            "--tb=short",
            # What the app logs would crowd out why a test failed.
            "--show-capture=no",
            "--no-header",
            "--disable-warnings",
            f"--randomly-seed={options.seed}",
            *options.arguments,
        ]


def read_notes(file: Path) -> Mapping[str, Any]:
    """The notes of a run; none of one that was stopped."""
    try:
        notes = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
