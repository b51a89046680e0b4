"""Runs jobs with learners' code that end by themselves: migrations and tests."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import Cancelled
from grader.judge.app.application import Application
from grader.judge.app.launch import Process
from grader.judge.app.limits import too_much
from grader.judge.app.settings import Settings
from grader.judge.app.tracebacks import Location, last_exception, last_location

JOB_SECONDS = 120.0
# How often a running job is checked for cancellation, in seconds.
CANCEL_SECONDS = 0.1


@dataclass(frozen=True)
class Ran:
    """How a job ended; `code` is None when it was stopped at the deadline."""

    code: int | None
    out: str
    err: str
    target: Path

    @property
    def ok(self) -> bool:
        return self.code == 0

    def exception(self) -> str | None:
        return last_exception(self.err) or last_exception(self.out)

    def location(self) -> Location | None:
        return last_location(self.err, self.target)


class Runner:
    """Runs one job after another; once `cancelled` is true, they raise Cancelled."""

    def __init__(
        self, app: Application, settings: Settings, cancelled: Callable[[], bool]
    ) -> None:
        self._app = app
        self._settings = settings
        self._cancelled = cancelled

    def run(
        self,
        job: Mapping[str, Any],
        settings: Mapping[str, str],
        *,
        target: Path | None = None,
        seconds: float = JOB_SECONDS,
    ) -> Ran:
        """Run a job to its end; `target` is another folder than the app's own.

        AppDown says that it was ended because too much was used.
        """
        home = self._app.folders.new()
        settings = {**self._settings.for_job(), **settings}
        process = self._app.launcher.start(
            {**self._app.job(home, settings, target), **job}
        )
        code = self._wait(process, seconds)
        if code is None:
            process.signal(9)
            process.wait(5)
            if self._cancelled():
                raise Cancelled
        out, err = (stream.since() for stream in (process.out, process.err))
        shutil.rmtree(home, ignore_errors=True)
        if process.over:
            raise too_much(process.over)
        return Ran(code, out, err, target or self._app.target)

    def _wait(self, process: Process, seconds: float) -> int | None:
        """The exit code, or None at the deadline or once nobody waits for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._cancelled():
            if (code := process.wait(CANCEL_SECONDS)) is not None:
                return code
        return None
