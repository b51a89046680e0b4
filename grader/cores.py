"""How many things may run side by side on this machine."""

import contextlib
import math
import os
from pathlib import Path

# Set by `--jobs`; the processes that a proof starts read it, too.
JOBS = "WORKBOOK_JOBS"
# Where a container's share of the cores stands: "QUOTA PERIOD", or "max PERIOD".
LIMIT = Path("/sys/fs/cgroup/cpu.max")


def positive(text: str) -> int:
    """The number of `--jobs`; ValueError for none, or one below 1."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def use(jobs: int | None) -> None:
    """Run so many things side by side; None leaves it to the machine."""
    if jobs is not None:
        os.environ[JOBS] = str(jobs)


def cores() -> int:
    """What `--jobs` says, or the cores that this process may use, at least one."""
    with contextlib.suppress(KeyError, ValueError):
        return positive(os.environ[JOBS])
    if hasattr(os, "sched_getaffinity"):
        found = len(os.sched_getaffinity(0))
    else:
        found = os.cpu_count() or 1
    return max(1, min(found, share(LIMIT)))


def share(limit: Path) -> int:
    """The cores that a container may use, a part of one counted as one."""
    try:
        quota, period = limit.read_text("ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        # No container, or no limit.
        return os.cpu_count() or 1
