"""What all processes of a grading use together: processes, memory, scratch space.

It is read from /proc; where there is none, nothing is known and nothing too much.
"""

import contextlib
import os
import re
import stat
import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

LOOK_SECONDS = 0.25
PSS = re.compile(rb"^Pss: +(\d+) kB", re.MULTILINE)
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# An empty file takes memory, too.
LEAST_BYTES = 4096


class Process(NamedTuple):
    # Threads count, too: they are what the system runs out of.
    threads: int
    resident: int


class Over(NamedTuple):
    """The limit that was passed, what it is, and what was used."""

    limit: str
    allowed: int
    used: int


class Watch:
    """Looks now and then at what the jobs of this process and theirs use."""

    def __init__(self) -> None:
        self._limits: Mapping[str, int] = {}
        # The folders in which jobs may write; ended ones leave files there.
        self._folders: set[str] = set()
        self._next = 0.0

    def add(self, job: Mapping[str, Any]) -> None:
        self._limits = job["limits"]
        self._folders.add(job["scratch"])

    def seconds(self) -> float:
        """How long until the next look."""
        return max(0.0, self._next - time.monotonic())

    def look(self) -> Over | None:
        """Too much of something, if it is time to look."""
        if self.seconds():
            return None
        self._folders = {folder for folder in self._folders if os.path.isdir(folder)}
        over = self._over(descendants())
        self._next = time.monotonic() + LOOK_SECONDS
        return over

    def _over(self, ours: Mapping[int, Process]) -> Over | None:
        for limit, allowed in self._limits.items():
            if (used := self._used(limit, ours, allowed)) > allowed:
                return Over(limit, allowed, used)
        return None

    def _used(self, limit: str, ours: Mapping[int, Process], allowed: int) -> int:
        if limit == "processes":
            return sum(process.threads for process in ours.values())
        if limit == "memory":
            # Forked processes share most of it: look closer only if it seems too much.
            seems = sum(process.resident for process in ours.values())
            return seems if seems <= allowed else sum(map(proportional, ours))
        return occupied(self._folders) + unlinked(ours)


def descendants() -> dict[int, Process]:
    """All processes below this one, by their numbers."""
    found, left = dict[int, Process](), [os.getpid()]
    while left:
        pid = left.pop()
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{pid}/statm") as file:
                resident = int(file.read().split()[1]) * PAGE
            threads = os.listdir(f"/proc/{pid}/task")
            found[pid] = Process(len(threads), resident)
            for thread in threads:
                with contextlib.suppress(OSError):
                    left += children(pid, thread)
    found.pop(os.getpid(), None)
    return found


def children(pid: int, thread: str | None = None) -> list[int]:
    """The children that a thread has started, by default the first one.

    OSError says that it has ended, or that the system does not tell.
    """
    with open(f"/proc/{pid}/task/{thread or pid}/children") as file:
        return [int(word) for word in file.read().split()]


def proportional(pid: int) -> int:
    """The memory of a process; of a page that others share, its part."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            found = PSS.search(file.read())
    except OSError:
        return 0  # It has ended.
    return int(found[1]) * 1024 if found else 0


def occupied(folders: Collection[str]) -> int:
    """What the files below take, as far as they can be seen."""
    total, left = 0, list(folders)
    while left:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    total += max(LEAST_BYTES, found.st_blocks * 512)
                    if stat.S_ISDIR(found.st_mode):
                        left.append(entry.path)
    return total


def unlinked(pids: Collection[int]) -> int:
    """What files take that are open and have no name, also those in memory."""
    sizes = {}
    for pid in pids:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat()
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())
