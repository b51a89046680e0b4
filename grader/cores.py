"""How many things may run side by side on this machine."""

import math
import os
from pathlib import Path

# Where a container's share of the cores stands: "QUOTA PERIOD", or "max PERIOD".
LIMIT = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """The cores that this process may use, at least one."""
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
