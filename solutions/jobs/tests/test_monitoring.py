"""What the queue tells about itself, and whom it wakes."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from httpx import AsyncClient

Call = Callable[..., Awaitable[Any]]
Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


async def test_queues_are_counted(
    client: AsyncClient, hand_in: Call, lease: Call, queue: str
) -> None:
    for delay in (0, 0, 60):
        await hand_in(delay_s=delay)
    await lease()

    items = (await client.get("/v1/queues")).json()["items"]

    assert [item["name"] for item in items] == sorted(item["name"] for item in items)
    (found,) = [item for item in items if item["name"] == queue]
    assert (found["counts"]["queued"], found["counts"]["running"]) == (2, 1)
    assert 0 <= found["oldest_ready_age_s"] < 60
    assert found["paused"] is False


async def test_metrics_count_each_job_once(
    client: AsyncClient, hand_in: Call, lease: Call, tell: Call, queue: str
) -> None:
    async def value(pattern: str) -> float:
        found = re.search(pattern + r" ([0-9.]+)", (await client.get("/metrics")).text)
        return float(found[1]) if found else 0

    succeeded = r'jobs_finished_total\{outcome="succeeded"\}'
    before = await value(succeeded)
    for _ in range(2):
        await hand_in()
    (item,) = await lease()

    for _ in range(2):
        await tell("complete", item)

    assert await value(succeeded) == before + 1
    assert await value(rf'queue_depth\{{queue="{queue}"\}}') == 1


async def test_waiting_call_is_woken(
    lease: Callable[..., Coroutine[Any, Any, Any]], serve: Serve, queue: str
) -> None:
    call = asyncio.create_task(lease(wait_s=10))
    await asyncio.sleep(0.1)
    assert not call.done()

    async with serve() as elsewhere:
        data = {"kind": "test", "payload": {}, "queue": queue}
        job = (await elsewhere.post("/v1/jobs", json=data)).json()

    (item,) = await asyncio.wait_for(call, 5)
    assert item["job"]["id"] == job["id"]


async def test_waiting_call_gives_up(lease: Call) -> None:
    assert await lease(wait_s=0.1) == []
