from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from blog.unwritten import NotWritten

T = TypeVar("T")


class Cache(Generic[T]):
    def __init__(self, fill: Callable[[], Coroutine[Any, Any, T]], ttl_s: float):
        self.fill = fill
        self.ttl_s = ttl_s

    def forget(self) -> None:
        raise NotWritten(6)

    async def get(self) -> T:
        raise NotWritten(6)
