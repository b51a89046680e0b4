"""How much a user may send: so many messages in the second that is just over."""

import time
from collections import defaultdict, deque
from math import ceil


class RateLimit:
    def __init__(self, per_second: float) -> None:
        # Slow rates get a longer window, so that one message always fits.
        self._window = max(1.0, 1 / per_second)
        self._most = max(1, ceil(per_second * self._window))
        self._sent: defaultdict[int, deque[float]] = defaultdict(deque)

    def allows(self, user_id: int) -> bool:
        now, sent = time.monotonic(), self._sent[user_id]
        while sent and sent[0] <= now - self._window:
            sent.popleft()
        if len(sent) >= self._most:
            return False
        sent.append(now)
        return True
