"""Failures: the delay, the end, and the way back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from httpx import AsyncClient

Call = Callable[..., Awaitable[Any]]
SetBack = Callable[[str, str], Awaitable[None]]


async def fail_all(client: AsyncClient, lease: Call, tell: Call) -> list[float]:
    """Fail every job that is due; their delays in seconds."""
    delays = []
    for item in await lease(max_jobs=50):
        job = (await tell("fail", item, error="it broke")).json()
        trail = (await client.get(f"/v1/jobs/{job['id']}/attempts")).json()["items"]
        ended = datetime.fromisoformat(trail[-1]["finished_at"])
        delays.append((datetime.fromisoformat(job["run_at"]) - ended).total_seconds())
    return delays


async def test_delay_doubles_up_to_its_cap(
    client: AsyncClient,
    hand_in: Call,
    lease: Call,
    tell: Call,
    queue: str,
    set_back: SetBack,
) -> None:
    for _ in range(3):
        await hand_in()
    # The app of these tests has 100 s as its base, and 300 s as its cap.
    for d in (100, 200, 300, 300):
        delays = await fail_all(client, lease, tell)
        assert len(delays) == 3
        assert all(0.5 * d - 1 <= delay <= 1.5 * d + 1 for delay in delays), delays
        await set_back(queue, "run_at")


async def test_delay_is_jittered(
    client: AsyncClient, hand_in: Call, lease: Call, tell: Call
) -> None:
    for _ in range(5):
        await hand_in()

    delays = await fail_all(client, lease, tell)

    assert len({round(delay, 1) for delay in delays}) >= 3
    assert await lease() == [], "it waits for its time"


async def test_last_failure_is_the_end(
    hand_in: Call, lease: Call, tell: Call, show: Call, queue: str, set_back: SetBack
) -> None:
    job = await hand_in(max_attempts=2)
    for error in ("first", "second"):
        (item,) = await lease()
        await tell("fail", item, error=error)
        await set_back(queue, "run_at")

    found = await show(job)
    assert (found["state"], found["error"]) == ("dead", "second")
    assert await lease() == []


async def test_hopeless_job_is_not_retried(
    hand_in: Call, lease: Call, tell: Call, show: Call
) -> None:
    job = await hand_in()
    (item,) = await lease()

    await tell("fail", item, error="bad input", retryable=False)

    assert (await show(job))["state"] == "dead"


async def test_revived_job_has_all_attempts_again(
    client: AsyncClient, hand_in: Call, lease: Call, tell: Call
) -> None:
    job = await hand_in(max_attempts=1)
    path = f"/v1/jobs/{job['id']}"
    assert (await client.post(f"{path}/retry")).json()["code"] == "not_retryable"
    await tell("fail", (await lease())[0], error="once")

    revived = (await client.post(f"{path}/retry")).json()

    assert (revived["state"], revived["attempt"]) == ("queued", 0)
    assert (revived["error"], revived["finished_at"]) == (None, None)
    await tell("complete", (await lease())[0])
    trail = (await client.get(f"{path}/attempts")).json()["items"]
    assert [(row["attempt"], row["outcome"]) for row in trail] == [
        (1, "failed"),
        (2, "succeeded"),
    ]


async def test_revived_job_needs_its_unique_key(
    client: AsyncClient, hand_in: Call, lease: Call, tell: Call, queue: str
) -> None:
    job = await hand_in(unique_key=queue)
    await tell("fail", (await lease())[0], error="once", retryable=False)
    await hand_in(unique_key=queue)

    reply = await client.post(f"/v1/jobs/{job['id']}/retry")

    assert (reply.status_code, reply.json()["code"]) == (409, "unique_key_taken")
