"""How long a failed job waits: longer each time, and never all for the same time."""

import random


def backoff(failures: int, base: float, cap: float) -> float:
    """Seconds until the next attempt, after so many failures (from 1)."""
    delay = min(cap, base * 2.0 ** (failures - 1))
    # Jobs that failed together, because a service was down, must not come back
    # together. The cap comes before the jitter, or all late retries would be equal.
    return delay * random.uniform(0.5, 1.5)
