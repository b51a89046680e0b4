"""A cache that keeps what was true before the write, and one that does not."""

import asyncio
from collections.abc import Awaitable, Callable

Fill = Callable[[], Awaitable[int]]


# --8<-- [start:naive]
class NaiveCache:
    def __init__(self, fill: Fill) -> None:
        self.fill = fill
        self.value: int | None = None

    def forget(self) -> None:
        self.value = None

    async def get(self) -> int:
        if self.value is None:
            self.value = await self.fill()  # Read before, stored after the write.
        return self.value


# --8<-- [end:naive]


# --8<-- [start:mend]
class Cache:
    def __init__(self, fill: Fill) -> None:
        self.fill = fill
        self.task: asyncio.Future[int] | None = None

    def forget(self) -> None:
        self.task = None  # Also a reading that is still under way.

    async def get(self) -> int:
        if self.task is None:
            self.task = asyncio.ensure_future(self.fill())
        # Many readers, one task; one who gives up does not cancel it.
        return await asyncio.shield(self.task)


# --8<-- [end:mend]


class Table:
    """A count in a database that answers when the test lets it."""

    def __init__(self) -> None:
        self.count, self.reads = 1, 0
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def read(self) -> int:
        self.reads += 1
        seen = self.count
        self.asked.set()
        await self.answer.wait()
        return seen


# --8<-- [start:test]
async def read_after_write(cache: NaiveCache | Cache, table: Table) -> int:
    reader = asyncio.create_task(cache.get())
    await table.asked.wait()  # The reader has seen 1, and has it not yet.
    table.count = 2
    cache.forget()
    table.answer.set()
    await reader
    return await cache.get()


async def test_a_slow_reader_brings_the_old_value_back() -> None:
    table = Table()
    assert await read_after_write(NaiveCache(table.read), table) == 1


async def test_a_reading_from_before_the_write_is_not_kept() -> None:
    table = Table()
    assert await read_after_write(Cache(table.read), table) == 2


# --8<-- [end:test]


async def reads_of_a_burst(cache: NaiveCache | Cache, table: Table) -> int:
    readers = [asyncio.create_task(cache.get()) for _ in range(20)]
    await table.asked.wait()
    await asyncio.sleep(0)  # One turn of the loop: the other 19 have asked, too.
    table.answer.set()
    await asyncio.gather(*readers)
    return table.reads


async def test_a_cold_cache_sends_everyone_to_the_database() -> None:
    table = Table()
    assert await reads_of_a_burst(NaiveCache(table.read), table) == 20


async def test_one_task_serves_the_burst() -> None:
    table = Table()
    assert await reads_of_a_burst(Cache(table.read), table) == 1
