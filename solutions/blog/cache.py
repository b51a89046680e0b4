"""One value, read rarely and served often, in the memory of this process."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The last result of `fill`, for `ttl_s` seconds or until it is forgotten."""

    def __init__(self, fill: Callable[[], Coroutine[Any, Any, T]], ttl_s: float):
        self.fill = fill
        self.ttl_s = ttl_s
        self.stale_at = 0.0
        # The task is the cached value. A burst of readers on a cold cache awaits one
        # task, and a fill that began before forget() is dropped with what it read.
        self.task: asyncio.Task[T] | None = None

    def forget(self) -> None:
        self.task = None

    async def get(self) -> T:
        if self.task is None or time.monotonic() >= self.stale_at:
            self.task = asyncio.create_task(self.fill())
            self.stale_at = time.monotonic() + self.ttl_s
        task = self.task
        try:
            # A reader that disconnects must not cancel the fill for the others.
            return await asyncio.shield(task)
        except Exception:
            if self.task is task:
                self.forget()  # An error is not worth keeping.
            raise
