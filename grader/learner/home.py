"""The folder `.workbook/` of a repository: what the tool remembers, and backups."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.judge.app.memory import Memory
from grader.paths import ROOT, STARTER

# An environment variable: tests of the tool keep their progress in its folder.
ELSEWHERE = "WORKBOOK_HOME"


def home() -> Path:
    return Path(os.environ.get(ELSEWHERE) or ROOT / ".workbook")


def memory(target: Path, *, fresh: bool = False) -> Memory:
    """What is known of one's own tests; other people's targets get none of it.

    `fresh`: it is made anew.
    """
    if target.resolve() != STARTER:
        return Memory()
    return Memory(home() / "own-tests.json", fresh=fresh)


@contextlib.contextmanager
def locked() -> Iterator[Path]:
    """The folder, while no other command changes what is in it."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        _lock(file.fileno())
        yield folder


def _lock(descriptor: int) -> None:
    """Wait for the lock; it goes with the file."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
