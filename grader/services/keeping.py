"""Starts services under a keeper, so that none outlives the grader."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.errors import SetupError

KEEPER = Path(__file__).with_name("keeper.py")
START_SECONDS = 60.0
# Memory-backed storage makes a database from a template ten times faster.
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 1 << 30


def scratch_base() -> Path:
    """Memory-backed storage where there is enough of it, else the temporary folder."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if usable and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        return MEMORY
    return Path(tempfile.gettempdir())


def scratch_folder(prefix: str, within: Path | None = None) -> Path:
    """Make a folder named after the process that owns it, so that it is found again."""
    folder = scratch_path(prefix, within)
    folder.mkdir(mode=0o700)
    return folder


def scratch_path(prefix: str, within: Path | None = None) -> Path:
    name = f"workbook-{prefix}-{os.getpid()}-{secrets.token_hex(4)}"
    return (within or scratch_base()) / name


@contextmanager
def service_folder(prefix: str) -> Iterator[Path]:
    """A service's folder, which goes even when its keeper was never started.

    It is named before it is made: an interrupt may come at any moment.
    """
    folder = scratch_path(prefix)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Kept:
    """A service of ours, running in a folder of its own until `stop()`.

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
        self.keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(KEEPER), json.dumps(job)],
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
        """Hear from the keeper that the service is there no more."""
        assert self.keeper.stdout
        for word in self.keeper.stdout:
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
        assert self.keeper.stdin
        self.keeper.stdin.close()
        self.keeper.wait()
