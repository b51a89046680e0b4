"""One value, read rarely and served often, in the memory of this process."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from blog.unwritten import NotWritten

T = TypeVar("T")


class Cache(Generic[T]):
    """The last result of `fill`, for `ttl_s` seconds or until it is forgotten."""
    def __init__(self, fill: Callable[[], Coroutine[Any, Any, T]], ttl_s: float):
        self.fill = fill
        self.ttl_s = ttl_s

    def forget(self) -> None:
        raise NotWritten(6)

    async def get(self) -> T:
        raise NotWritten(6)
