"""Grades problems of a target: opens services, runs suites, collects results."""

import asyncio
import platform
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from grader.catalogue import Problem, Stage
from grader.errors import Cancelled, SetupError
from grader.files import links_out
from grader.judge.app.confinement import LEVELS
from grader.judge.app.import_path import sources
from grader.judge.app.launch import Launcher, open_launcher
from grader.judge.app.memory import Memory
from grader.judge.app.schema import schema_key
from grader.judge.app.world import World
from grader.judge.checks.failures import NotJudged
from grader.judge.suite.fixtures import Fixtures
from grader.judge.suite.originals import Originals
from grader.judge.suite.plugin import Judge
from grader.paths import ROOT
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.services.postgres import Cluster, open_cluster

# Ten times what a slow machine takes; what is not judged by then is too late.
PROBLEM_SECONDS, WHOLE_SECONDS = 1800.0, 5400.0


class Watcher(Protocol):
    """Is told how far a grading has come."""

    def begin(self, problem: Problem, checks: int) -> None: ...

    def judged(self, problem: Problem, stage: int, check: CheckResult) -> None: ...

    def ran_tests(self, problem: Problem, runs: int) -> None:
        """The learner's tests ran once more, in a thread of their own."""


class Engine:
    """The services and the preloading process, kept for several gradings."""

    def __init__(
        self,
        *,
        keeps_schemas: bool = False,
        memory: Memory | None = None,
        lanes: int = 1,
    ) -> None:
        """`keeps_schemas`: a database is migrated anew only if migrations changed.

        `memory` knows outcomes of earlier gradings; without it, none is used.
        `lanes` is how many stages of a problem may be judged at once.
        """
        self._stack = ExitStack()
        self.keeps_schemas = keeps_schemas
        self._memory = memory
        self._lanes = lanes
        self._schemas: dict[str, str] = {}
        self.originals = Originals()
        # The preloading process imports its libraries while PostgreSQL starts.
        self.launcher: Launcher = open_launcher()
        self._stack.callback(lambda: self.launcher.close())
        try:
            self.cluster: Cluster = self._stack.enter_context(open_cluster())
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def grade(
        self,
        problems: Sequence[Problem],
        target: Path,
        language: str,
        stages: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
        watcher: Watcher | None = None,
        without: Collection[str] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Grade the packages in `target`; `stages` None means all of them.

        They are the same for all problems, or named for each by its slug.
        The checks whose ids are in `without` are left out. Whatever happens, each of
        the others gets a verdict. Raises Cancelled soon after `cancelled` has become
        true.
        """
        result = Result(str(target), language, self.environment())
        result.confinement = self.launcher.level
        result.graded_at = datetime.now(UTC).isoformat(timespec="seconds")
        for problem in problems:
            check_target(problem, target)
        whole = time.monotonic() + WHOLE_SECONDS
        for problem in problems:
            ends = min(whole, time.monotonic() + PROBLEM_SECONDS)
            numbers = stages[problem.slug] if isinstance(stages, Mapping) else stages
            graded = self._grade(
                problem, target, language, numbers, watcher, without, cancelled, ends
            )
            result.problems.append(graded)
        return result

    def _grade(
        self,
        problem: Problem,
        target: Path,
        language: str,
        stages: Sequence[int] | None,
        watcher: Watcher | None,
        without: Collection[str],
        cancelled: Callable[[], bool],
        ends: float,
    ) -> ProblemResult:
        chosen = problem.chosen(stages)
        result = ProblemResult(
            problem.slug,
            [StageResult(s.number, s.title[language]) for s in chosen],
        )
        by_number = {stage.number: stage for stage in result.stages}

        def judged(stage: int, check: CheckResult) -> None:
            by_number[stage].checks.append(check)
            if watcher:
                watcher.judged(problem, stage, check)

        if watcher:
            watcher.begin(problem, sum(len(stage.checks) for stage in chosen))

        def stopped() -> bool:
            return cancelled() or time.monotonic() > ends

        def counted(runs: int) -> None:
            if watcher:
                watcher.ran_tests(problem, runs)

        world = World(
            problem,
            target.resolve(),
            self.cluster,
            self.launcher,
            memory=self._memory,
            cancelled=stopped,
            counted=counted,
        )
        judge = Judge(
            world,
            language,
            judged,
            without,
            self._lanes,
            prepare=lambda: asyncio.run(self._prepare(world)),
            stopped=stopped,
        )
        why: BaseException = NotJudged("cut_short")
        try:
            run_suite([problem.suite(stage.number) for stage in chosen], judge)
        except Exception as raised:
            why = judge.classified(0, raised) or raised
        finally:
            self._end_all(world)
        if cancelled():
            raise Cancelled
        if self.launcher.level == LEVELS[0]:
            self.originals.drop_new_bytecode()
        if changed := self.originals.changed():
            why = NotJudged("files_changed", got=changed)
            for graded in result.stages:
                graded.checks.clear()
        for stage in chosen:
            checks = by_number[stage.number].checks
            left_out = {check.id for check in checks} | set(without)
            missing = [check for check in stage.checks if check.id not in left_out]
            checks += [judge.result(check, why) for check in missing]
            # Stages were judged side by side, and some checks alone.
            by_number[stage.number].checks = in_order(stage, checks)
        result.explain_blocked(language)
        return result

    def _end_all(self, world: World) -> None:
        """End whatever of the learner's still runs: the verdict comes after it."""
        try:
            asyncio.run(world.close())
            self.launcher.end_all()
        except (OSError, RuntimeError, psycopg.Error):
            # What was done to the preloading process must not be done to the next app.
            self.launcher.close()
            self.launcher = open_launcher()

    async def _prepare(self, world: World) -> None:
        """Build the world's templates; the schema may be one that was kept."""
        self.cluster.renew_roles()
        if not self.keeps_schemas:
            await world.prepare()
            return
        key = schema_key(world.problem, world.target)
        schema = await world.prepare(self._schemas.get(key))
        if await world.migrations.has_all_tables(schema):
            self._schemas[key] = schema.name

    def tidy(self) -> None:
        """Drop every database but the schemas that are kept."""
        self.cluster.drop_all_but(set(self._schemas.values()))

    def environment(self) -> dict[str, str]:
        """What a result depends on besides the learner's code."""
        row = self.cluster.admin.execute("SHOW server_version").fetchone()
        return {**environment(), "postgresql": str(row[0]).split()[0] if row else ""}


def in_order(stage: Stage, found: Iterable[CheckResult]) -> list[CheckResult]:
    """As the catalogue lists them."""
    by_id = {check.id: check for check in found}
    return [by_id[check.id] for check in stage.checks if check.id in by_id]


def environment() -> dict[str, str]:
    """What a result depends on even if no app was started."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: version(name) for name in ("fastapi", "sqlalchemy", "uvicorn")},
    }


def run_suite(files: Sequence[Path], judge: Judge) -> None:
    """Run the suite's files in this process, silently; the judge hears the results."""
    arguments = [f"--rootdir={ROOT}", f"-c{ROOT / 'tests' / 'suite.toml'}"]
    # By module: pytest takes what follows a "[" in a path for a parameter.
    names = [".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files]
    arguments += ["--pyargs", *names]
    code = pytest.main(arguments, plugins=[judge, Fixtures(judge.world)])
    if judge.raised:
        raise judge.raised
    if judge.stopped():
        raise Cancelled
    if code == pytest.ExitCode.INTERRUPTED and not judge.broken:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError("\n".join(judge.broken) or f"pytest ended with {code!r}")


def check_target(problem: Problem, target: Path) -> None:
    if not target.is_dir():
        raise SetupError("no_target", target=target)
    if not (target / problem.slug).is_dir():
        raise SetupError("no_package", target=target, slug=problem.slug)
    for folder in sources(problem, target):
        for link in links_out(folder, target):
            raise SetupError("link_out", link=link, leads=link.resolve())
