"""The pytest plugin that turns a hidden suite's run into check results."""

import asyncio
import functools
import inspect
import time
from collections.abc import Callable, Collection, Generator, Sequence
from itertools import groupby
from typing import Any

import psycopg
import pytest

from grader.catalogue import Check
from grader.errors import Cancelled
from grader.judge.app.limits import too_much
from grader.judge.app.world import World
from grader.judge.checks.failures import CheckFailed, CheckTimeout, NotThereYet
from grader.judge.suite.evidence import describe
from grader.judge.suite.lanes import Lanes
from grader.results import CheckResult

CHECK_SECONDS = 60.0
CANCEL_SECONDS = 0.1
# What a check raises when an answer does not have the promised shape. Without any
# answer before it, the same error is the grader's own.
SHAPE_ERRORS = (LookupError, TypeError, ValueError, AttributeError)


class Judge:
    """Runs with pytest's hooks, in the order in which they are called."""

    def __init__(
        self,
        world: World,
        language: str,
        report: Callable[[int, CheckResult], None],
        without: Collection[str] = (),
        lanes: int = 1,
        prepare: Callable[[], object] = lambda: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """`lanes` is how many stages may be judged at once.

        `prepare` is the first that runs the learner's code.

        `stopped` is asked again and again; once it is true, the run ends.
        """
        self.lanes = Lanes(world, lanes)
        self.prepare = prepare
        self.stopped = stopped
        self.world = world
        self.language = language
        self.report = report
        self.without = {f"test_{check}" for check in without}
        self.broken: list[str] = []
        # What `prepare` or a lane raised: no check is begun after it.
        self.raised: Exception | None = None
        self._started = 0.0
        self._failure: BaseException | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        functions = [item for item in items if isinstance(item, pytest.Function)]
        items[:] = [f for f in functions if f.originalname not in self.without]
        for item in functions:
            if inspect.iscoroutinefunction(item.obj):
                item.obj = with_deadline(item.obj, self.stopped)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """The suite has been read: nothing that runs from here on can change it.

        Stages are judged in lanes first; what is then left in the session has to be
        alone, or there are no lanes.
        """
        if self.broken:
            return None
        try:
            self.prepare()
            parts = beside(session.items)
            if self.lanes.open and len(parts) > 1:
                session.items = [i for i in session.items if is_alone(i)]
                self.lanes.run(self, parts)
        except Exception as raised:
            self.raised = raised
            return True
        return None

    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        if self.stopped():
            item.session.shouldstop = "stopped"

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._started = time.perf_counter()
        self._failure = None
        self.world.begin_check()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if call.excinfo is not None and self._failure is None:
            self._failure = call.excinfo.value
        if call.when == "teardown":
            assert isinstance(item, pytest.Function)
            self._judge(item)
        return (yield)

    def _judge(self, item: pytest.Function) -> None:
        stage = stage_of(item)
        check = self.world.problem.check(stage, item.originalname.removeprefix("test_"))
        failure = self.classified(stage, self._failure)
        seconds = round(time.perf_counter() - self._started, 3)
        result = self.result(check, failure, seconds)
        result.caught = self.world.caught
        self.report(stage, result)

    def result(
        self, check: Check, failure: BaseException | None, seconds: float = 0.0
    ) -> CheckResult:
        status = "passed" if failure is None else getattr(failure, "status", "error")
        earned = 1.0 if failure is None else getattr(failure, "earned", 0.0)
        return CheckResult(
            id=check.id,
            title=check.title[self.language],
            status=status,
            points=check.points,
            score=round(check.points * earned, 2),
            seconds=seconds,
            failure=self._describe(check, failure),
        )

    def _describe(
        self, check: Check, failure: BaseException | None
    ) -> dict[str, Any] | None:
        if failure is None:
            return None
        return describe(self.world, check, failure, self.language)

    def classified(
        self, stage: int, raised: BaseException | None
    ) -> BaseException | None:
        """Whose fault it is: the learner's, an earlier stage's, or the grader's."""
        if raised is None or isinstance(raised, KeyboardInterrupt):
            return raised
        if isinstance(raised, Cancelled):
            return CheckTimeout("grading_time")
        if over := self.world.servers.over():
            return too_much(over)
        earlier = self.world.transcript.unwritten_before(stage)
        if earlier is not None:
            return NotThereYet(earlier, expected=None, got=501)
        if self.world.transcript.unwritten_before(stage + 1) == stage:
            return CheckFailed("not_written", got=501, params={"stage": stage})
        if isinstance(raised, NotThereYet) and raised.stage == stage:
            if isinstance(raised.__cause__, CheckFailed):
                return raised.__cause__
            return CheckFailed(
                "status",
                expected=raised.evidence.expected,
                got=raised.evidence.got,
                exchange=raised.exchange,
            )
        if isinstance(raised, CheckFailed):
            return raised
        if isinstance(
            raised, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn
        ):
            return CheckFailed("schema", got=str(raised).splitlines()[0])
        if isinstance(raised, psycopg.errors.QueryCanceled):
            return CheckTimeout("check_time", got=str(raised).splitlines()[0])
        if isinstance(raised, psycopg.errors.LockNotAvailable):
            return CheckFailed("leaked_transaction", got=str(raised).splitlines()[0])
        if isinstance(raised, SHAPE_ERRORS) and self.world.transcript.exchanges:
            return CheckFailed("shape", got=f"{type(raised).__name__}: {raised}")
        return raised


def is_alone(item: pytest.Item) -> bool:
    """Whether it compares times: what runs beside it would spoil them."""
    return item.get_closest_marker("alone") is not None


def beside(items: Sequence[pytest.Item]) -> list[list[pytest.Item]]:
    """Of each stage the checks that may run beside those of others."""
    checks = [i for i in items if isinstance(i, pytest.Function) and not is_alone(i)]
    return [list(part) for _, part in groupby(checks, stage_of)]


def with_deadline(
    function: Callable[..., Any], stopped: Callable[[], bool]
) -> Callable[..., Any]:
    @functools.wraps(function)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        try:
            async with asyncio.timeout(CHECK_SECONDS) as limit:
                ending = asyncio.create_task(end_early(limit, stopped))
                loop = asyncio.get_running_loop()
                loop.set_task_factory(task_of_this_check)
                try:
                    await function(*args, **kwargs)
                finally:
                    loop.set_task_factory(None)
                    ending.cancel()
        except TimeoutError:
            raise CheckTimeout(
                "check_time", expected=f"≤ {CHECK_SECONDS:g} s"
            ) from None

    return bounded


def task_of_this_check(
    loop: asyncio.AbstractEventLoop, work: Any, **options: Any
) -> "asyncio.Future[Any]":
    """A task whose failure, if nobody awaits it, is not put on the next check.

    A check that fails leaves requests behind, and these end with its server.
    """
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
    return task


async def end_early(limit: asyncio.Timeout, stopped: Callable[[], bool]) -> None:
    """Bring the deadline forward to now, once nobody waits for the verdict."""
    # Saves and keys are noticed outside of this loop: there is no event to wait for.
    while not stopped():  # noqa: ASYNC110
        await asyncio.sleep(CANCEL_SECONDS)
    limit.reschedule(0)


def stage_of(item: pytest.Item) -> int:
    """`test_3_auth.py` grades stage 3."""
    return int(item.path.stem.split("_")[1])
