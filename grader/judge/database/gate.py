"""A lock that the judge holds until the app's requests queue behind it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

GATE_SECONDS = 3.0


class Gate:
    """A lock that the judge holds while the app's requests queue behind it."""

    def __init__(self, backends: Callable[[str], Awaitable[int]]) -> None:
        """`backends` counts the app's connections that satisfy a condition."""
        self._backends = backends

    async def waiting(
        self, count: int, tasks: Sequence[asyncio.Future[Any]] = ()
    ) -> bool:
        """Wait until `count` requests stand at the gate or are done without it.

        False when they are fewer at the deadline: some correct apps queue elsewhere.
        """
        deadline = time.monotonic() + GATE_SECONDS
        while time.monotonic() < deadline:
            done = sum(task.done() for task in tasks)
            if done + await self._backends("wait_event_type = 'Lock'") >= count:
                return True
            await asyncio.sleep(0.005)
        return False
