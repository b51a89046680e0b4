"""One value, read rarely and served often, in the memory of this process."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The last result of `fill`, for `ttl_s` seconds or until it is forgotten."""

    def __init__(self, fill: Callable[[], T], ttl_s: float):
        self.fill = fill
        self.ttl_s = ttl_s
        self.stale_at = 0.0
        self.value: T | None = None
        self.lock = threading.Lock()
        # Grows with every forget(), so that a fill which began before is dropped.
        self.generation = 0

    def forget(self) -> None:
        with self.lock:
            self.value = None
            self.generation += 1

    def get(self) -> T:
        with self.lock:
            if self.value is not None and time.monotonic() < self.stale_at:
                return self.value
            generation = self.generation
        value = self.fill()
        with self.lock:
            if generation == self.generation:
                self.value, self.stale_at = value, time.monotonic() + self.ttl_s
        return value
