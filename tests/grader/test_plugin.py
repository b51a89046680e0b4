"""What a check leaves behind is not put on the next one."""

import asyncio
import gc
from typing import Any

import pytest

from grader.judge.suite.plugin import with_deadline


async def test_failing_check_leaves_its_tasks_unheard() -> None:
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    gate = asyncio.Event()
    left: list[asyncio.Task[None]] = []

    async def request() -> None:
        await gate.wait()
        raise ConnectionError("the server is gone")

    async def check() -> None:
        left.append(asyncio.create_task(request()))
        raise AssertionError("the check fails before it awaits the answer")

    with pytest.raises(AssertionError):
        await with_deadline(check, lambda: False)()
    gate.set()
    await asyncio.wait(left)
    left.clear()
    gc.collect()
    assert told == []

    # The same outside of a check is heard: the handler does hear.
    await asyncio.wait([asyncio.create_task(request())])
    gc.collect()
    assert len(told) == 1
    loop.set_exception_handler(None)
