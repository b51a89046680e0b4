"""How much a user may send: a bucket of tokens for each, refilled as time passes."""

import time
from dataclasses import dataclass

FORGET_AT = 10_000


@dataclass
class Bucket:
    tokens: float
    at: float


class RateLimit:
    """Counts in this process; the bucket of a user holds one second's worth."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._capacity = max(1.0, per_second)
        self._buckets: dict[int, Bucket] = {}

    def allows(self, user_id: int) -> bool:
        """Whether the user may send one more message now; if so, it is counted."""
        now = time.monotonic()
        bucket = self._buckets.setdefault(user_id, Bucket(self._capacity, now))
        bucket.tokens = self._refilled(bucket, now)
        bucket.at = now
        if len(self._buckets) > FORGET_AT:
            self._forget(now)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _refilled(self, bucket: Bucket, now: float) -> float:
        gained = (now - bucket.at) * self._per_second
        return min(self._capacity, bucket.tokens + gained)

    def _forget(self, now: float) -> None:
        # A user without a bucket gets a full one, so full ones need not be kept.
        self._buckets = {
            user_id: bucket
            for user_id, bucket in self._buckets.items()
            if self._refilled(bucket, now) < self._capacity
        }
