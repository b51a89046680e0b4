"""How long a failed job waits: longer each time, and never all for the same time."""

import random

from given.unwritten import NotWritten


def backoff(failures: int, base: float, cap: float) -> float:
    """Seconds until the next attempt, after so many failures (from 1)."""
    raise NotWritten(5)
