"""Starts services under a supervisor, so that none outlives the grader."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.errors import SetupError

SUPERVISOR = Path(__file__).with_name("supervisor.py")
START_SECONDS = 60.0
# The first line of a log that tells why, and the sentence for it. What follows it,
# "database system is shut down" say, only tells how it went on.
CAUSES = (
    (re.compile(r"[^:]*path \".*\" is too long.*"), "service_path"),
    (re.compile(r"(?:FATAL|PANIC|ERROR|error): .*No space left.*"), "service_space"),
    (re.compile(r"(?:FATAL|PANIC|ERROR|error): .*annot allocate.*"), "service_space"),
    (re.compile(r"(?:FATAL|PANIC|ERROR|error): .*"), "service"),
)


def cause(log: str) -> tuple[str, str]:
    """Why a service gave up: the key of the sentence to say, and what it said."""
    for pattern, key in CAUSES:
        if found := pattern.search(log):
            return key, found[0].strip().rstrip(".")
    lines = [line for line in log.splitlines() if line.strip()]
    return "service", lines[-1] if lines else "?"


class Service:
    """A service that the grader runs, in a folder of its own, until `stop()`.

    Raises SetupError with the telling line of the service's log when it cannot start.
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
            if ended.is_set():
                raise self._failure()
            if time.monotonic() > deadline:
                raise SetupError(
                    "service_silent", service=self.name, seconds=START_SECONDS
                )
            time.sleep(0.01)

    def _listen(self, ended: threading.Event) -> None:
        """Set `ended` once the supervisor reports that the service has stopped."""
        assert self._supervisor.stdout
        for word in self._supervisor.stdout:
            if word == b"ended\n":
                break
        ended.set()

    def _failure(self) -> SetupError:
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        key, reason = cause(log)
        return SetupError(key, service=self.name, reason=reason[:300])

    def stop(self) -> None:
        assert self._supervisor.stdin
        self._supervisor.stdin.close()
        self._supervisor.wait()
