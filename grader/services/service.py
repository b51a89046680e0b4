"""Starts services under a supervisor, so that none outlives the grader."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.errors import SetupError

SUPERVISOR = Path(__file__).with_name("supervisor.py")
START_SECONDS = 60.0


class Service:
    """A service that the grader runs, in a folder of its own, until `stop()`.

    Raises SetupError with the end of the service's log when it cannot start.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        serve: Sequence[str],
        ready: Callable[[], bool],
        prepare: Sequence[Sequence[str]] = (),
        user: str | None = None,
    ) -> None:
        self.name = name
        self.log = folder / "log"
        job = {
            "folder": str(folder),
            "log": str(self.log),
            "user": user,
            "prepare": prepare,
            "serve": serve,
        }
        self._supervisor = subprocess.Popen(
            [sys.executable, "-I", "-S", str(SUPERVISOR), json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        )
        try:
            self._wait_until(ready)
        except BaseException:
            self.stop()
            raise

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        ended = threading.Event()
        threading.Thread(target=self._listen, args=[ended], daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if ended.is_set() or time.monotonic() > deadline:
                raise self._failure()
            time.sleep(0.01)

    def _listen(self, ended: threading.Event) -> None:
        """Set `ended` once the supervisor reports that the service has stopped."""
        assert self._supervisor.stdout
        for word in self._supervisor.stdout:
            if word == b"ended\n":
                break
        ended.set()

    def _failure(self) -> SetupError:
        lines = (
            self.log.read_text(errors="replace").split("\n")
            if self.log.exists()
            else []
        )
        last = next((line for line in reversed(lines) if line.strip()), "")
        return SetupError("service", service=self.name, reason=last[-300:])

    def stop(self) -> None:
        assert self._supervisor.stdin
        self._supervisor.stdin.close()
        self._supervisor.wait()
