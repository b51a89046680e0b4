"""Runs the tests that a learner wrote against correct apps and against planted bugs."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.files import files_of
from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.own_tests.edits import Variation, quick_hashes, write_files

# Three times what the statement allows: a busy machine must not decide.
RUN_SECONDS = 180.0
AT_ONCE = 2
CONFIGURATION = '[pytest]\nanyio_mode = "auto"\n'


@dataclass(frozen=True)
class Outcome:
    """How a run of the learner's tests ended."""

    ran: Ran

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


class OwnTests:
    """The learner's `tests/` beside one variation of the reference at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.folder = world.target / world.problem.slug / "tests"

    def exist(self) -> bool:
        return any(path.match("test_*.py") for path in files_of(self.folder))

    async def run(
        self, variation: Variation, *options: str, times: int = 1
    ) -> list[Outcome]:
        """Run the tests `times` times on one database, in another order each time."""
        async with self._slots:
            return await asyncio.to_thread(self._run, variation, options, times)

    async def run_all(
        self, variations: Sequence[Variation], *options: str
    ) -> list[Outcome]:
        """One run for each variation, a few at a time."""
        runs = await asyncio.gather(*(self.run(v, *options) for v in variations))
        return [outcomes[0] for outcomes in runs]

    def _run(
        self, variation: Variation, options: Sequence[str], times: int
    ) -> list[Outcome]:
        home = self._world.folders.new()
        target = self._build(variation, home)
        database = self._world.database()
        settings = {
            "DATABASE_URL": database.url,
            "PYTHONPATH": str(target),
            "COLUMNS": "200",
        }
        arguments = [
            # Not the whole path: pytest takes what follows a "[" for a parameter.
            f"{self._world.problem.slug}/tests",
            f"--rootdir={target}",
            f"-c{target / 'pytest.toml'}",
            "-pno:cacheprovider",
            "-q",
            # Each test by its name, without a bar: what hangs is the last one.
            "-overbosity_test_cases=1",
            "-oconsole_output_style=classic",
            "--tb=short",
            # What the app logs would crowd out why a test failed.
            "--show-capture=no",
            "--no-header",
            "--disable-warnings",
            *options,
        ]
        outcomes = []
        for seed in range(1, times + 1):
            job = {
                "kind": "pytest",
                # The paths that it prints begin at the package, too.
                "folder": str(target),
                "arguments": [*arguments, f"--randomly-seed={seed}"],
            }
            ran = self._world.runner.run(
                job, settings, target=target, seconds=RUN_SECONDS
            )
            outcomes.append(Outcome(ran))
        self._world.databases.drop(database)
        shutil.rmtree(home, ignore_errors=True)
        return outcomes

    def _build(self, variation: Variation, home: Path) -> Path:
        """The variation's package with the learner's tests in place of its own."""
        problem, target = self._world.problem, home / "target"
        write_files(quick_hashes(problem, variation.app(problem)), target)
        tests = target / problem.slug / "tests"
        shutil.rmtree(tests, ignore_errors=True)
        for path in files_of(self.folder):
            copy = tests / path.relative_to(self.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        (target / "pytest.toml").write_text(CONFIGURATION)
        return target
