"""Handing in, looking, cancelling: what clients do."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient

Call = Callable[..., Awaitable[Any]]


async def test_new_job_is_queued(client: AsyncClient, queue: str, show: Call) -> None:
    data = {"kind": "test", "payload": {"n": 1}, "queue": queue, "state": "dead"}

    reply = await client.post("/v1/jobs", json=data)

    assert reply.status_code == 202
    job = reply.json()
    assert reply.headers["Location"] == f"/v1/jobs/{job['id']}"
    found = await show(job)
    assert (found["state"], found["attempt"], found["max_attempts"]) == ("queued", 0, 5)
    assert found["payload"] == {"n": 1}
    assert (await client.get("/v1/jobs/none")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"payload": {"text": "文" * 23_000}}, 413),
        ({"payload": {"text": "文" * 21_000}}, 202),
        ({"payload": {"text": "\x00"}}, 422),
        ({"payload": {"text": "\\u0000"}}, 202),
        ({"priority": 101}, 422),
        ({"max_attempts": 26}, 422),
        ({"kind": "Upper"}, 422),
    ],
)
async def test_limits(
    client: AsyncClient, queue: str, fields: dict[str, Any], status: int
) -> None:
    data = {"kind": "test", "payload": {}, "queue": queue} | fields

    assert (await client.post("/v1/jobs", json=data)).status_code == status


async def test_list_is_newest_first(
    client: AsyncClient, queue: str, hand_in: Call
) -> None:
    jobs = [await hand_in(kind=kind) for kind in ("one", "two", "one")]

    async def listed(**query: Any) -> list[str]:
        reply = await client.get("/v1/jobs", params={"queue": queue, **query})
        return [item["id"] for item in reply.json()["items"]]

    ids = [job["id"] for job in reversed(jobs)]
    assert await listed() == ids
    assert await listed(kind="two") == ids[1:2]
    assert await listed(state="dead") == []


async def test_unique_key_is_free_when_its_job_is_done(
    queue: str, hand_in: Call, lease: Call, tell: Call
) -> None:
    first = await hand_in(unique_key=queue)
    (item,) = await lease()
    again = await hand_in(unique_key=queue)
    assert (again["id"], again["deduplicated"]) == (first["id"], True)

    await tell("complete", item)

    assert (await hand_in(unique_key=queue))["id"] != first["id"]


async def test_unique_key_makes_twins_one_job(
    client: AsyncClient, queue: str, race: Call
) -> None:
    data = {"kind": "test", "payload": {}, "queue": queue, "unique_key": queue}
    twins = [client.post("/v1/jobs", json=data) for _ in range(2)]

    replies = await race("LOCK TABLE jobs IN EXCLUSIVE MODE", *twins)

    assert sorted(reply.status_code for reply in replies) == [200, 202]


async def test_cancelled_job_is_not_leased(
    client: AsyncClient, hand_in: Call, lease: Call
) -> None:
    path = f"/v1/jobs/{(await hand_in())['id']}/cancel"

    reply = await client.post(path)

    assert (reply.status_code, reply.json()["state"]) == (200, "cancelled")
    assert await lease() == []
    assert (await client.post(path)).json()["code"] == "job_finished"


@pytest.mark.parametrize(
    ("what", "state"), [("complete", "succeeded"), ("fail", "cancelled")]
)
async def test_worker_decides_about_a_running_job(
    client: AsyncClient,
    hand_in: Call,
    lease: Call,
    tell: Call,
    show: Call,
    what: str,
    state: str,
) -> None:
    job = await hand_in()
    (item,) = await lease()

    reply = await client.post(f"/v1/jobs/{job['id']}/cancel")

    assert reply.status_code == 202
    assert (await tell("heartbeat", item)).json()["cancel_requested"] is True
    await tell(what, item, **({"error": "stopped"} if what == "fail" else {}))
    assert (await show(job))["state"] == state
    late = await client.post(f"/v1/jobs/{job['id']}/cancel")
    assert late.status_code == 409
    assert (await show(job))["state"] == state


async def test_paused_queue_keeps_its_jobs(
    client: AsyncClient, queue: str, hand_in: Call, lease: Call
) -> None:
    await client.post(f"/v1/queues/{queue}/pause")
    job = await hand_in()
    assert await lease() == []

    reply = await client.post(f"/v1/queues/{queue}/resume")

    assert reply.json() == {"name": queue, "paused": False}
    assert [item["job"]["id"] for item in await lease()] == [job["id"]]
