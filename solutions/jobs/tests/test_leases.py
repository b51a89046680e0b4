"""The lease protocol: one job, one worker, and a token that proves it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from httpx import AsyncClient

Call = Callable[..., Awaitable[Any]]
SetBack = Callable[[str, str], Awaitable[None]]


async def test_jobs_come_by_priority_then_age(hand_in: Call, lease: Call) -> None:
    ids = [(await hand_in(priority=p))["id"] for p in (0, 5, 0, 9)]

    items = await lease(max_jobs=3) + await lease()

    assert [item["job"]["id"] for item in items] == [ids[n] for n in (3, 1, 0, 2)]
    assert {item["job"]["state"] for item in items} == {"running"}


async def test_delayed_job_waits(
    hand_in: Call, lease: Call, queue: str, set_back: SetBack
) -> None:
    job = await hand_in(delay_s=60)
    assert await lease() == []

    await set_back(queue, "run_at")

    assert (await lease())[0]["job"]["id"] == job["id"]


async def test_kinds_and_queues_filter(hand_in: Call, lease: Call) -> None:
    await hand_in(kind="one")

    assert await lease(kinds=["two"]) == []
    assert await lease(queues=["another-queue"]) == []
    assert len(await lease(kinds=["one", "two"])) == 1


async def test_users_may_not_lease(client: AsyncClient, queue: str) -> None:
    account = {"email": f"{queue}@example.org", "password": "long enough"}
    await client.post("/v1/auth/register", json={**account, "name": "U"})
    form = {"username": account["email"], "password": account["password"]}
    token = (await client.post("/v1/auth/token", data=form)).json()["access_token"]
    data = {"worker_id": "w", "queues": [queue]}

    reply = await client.post(
        "/v1/leases", json=data, headers={"Authorization": f"Bearer {token}"}
    )

    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")


async def test_workers_at_once_get_different_jobs(
    client: AsyncClient, hand_in: Call, lease: Call, queue: str, race: Call
) -> None:
    ids = {(await hand_in())["id"] for _ in range(3)}
    data = {"worker_id": "w", "queues": [queue]}
    calls = [client.post("/v1/leases", json=data) for _ in range(3)]

    rows = f"SELECT 1 FROM jobs WHERE queue = '{queue}' FOR UPDATE"
    replies = await race(rows, *calls)

    items = [item for reply in replies for item in reply.json()["items"]]
    items += await lease(max_jobs=10)
    assert len(items) == 3
    assert {item["job"]["id"] for item in items} == ids


async def test_complete_can_be_repeated(
    hand_in: Call, lease: Call, tell: Call, show: Call
) -> None:
    job = await hand_in()
    (item,) = await lease()

    replies = [await tell("complete", item, result=n) for n in (1, 2)]

    assert [reply.status_code for reply in replies] == [200, 200]
    found = await show(job)
    assert (found["state"], found["result"]) == ("succeeded", 1)
    assert found["finished_at"]


async def test_heartbeat_extends_the_lease(
    hand_in: Call, lease: Call, tell: Call, show: Call, queue: str, set_back: SetBack
) -> None:
    job = await hand_in()
    (item,) = await lease()
    first = datetime.fromisoformat(item["lease_expires_at"])

    reply = await tell("heartbeat", item, progress=50)

    later = datetime.fromisoformat(reply.json()["lease_expires_at"])
    assert later > first
    found = await show(job)
    assert found["progress"] == 50
    assert datetime.fromisoformat(found["lease_expires_at"]) == later


async def test_stale_token_changes_nothing(
    hand_in: Call,
    lease: Call,
    tell: Call,
    show: Call,
    queue: str,
    set_back: SetBack,
    until: Call,
) -> None:
    job = await hand_in()
    (old,) = await lease()
    await set_back(queue, "lease_expires_at")
    (new,) = await until(lease)

    replies = [
        await tell("heartbeat", old),
        await tell("complete", old),
        await tell("fail", old, error="late"),
    ]

    assert {(r.status_code, r.json()["code"]) for r in replies} == {(409, "lease_lost")}
    assert (await show(job))["state"] == "running"
    assert (await tell("complete", new)).status_code == 200


async def test_silent_worker_uses_up_an_attempt(
    client: AsyncClient,
    hand_in: Call,
    lease: Call,
    show: Call,
    queue: str,
    set_back: SetBack,
    until: Call,
) -> None:
    job = await hand_in(max_attempts=2)
    for attempt in (1, 2):
        (item,) = await until(lease)
        assert item["job"]["attempt"] == attempt
        await set_back(queue, "lease_expires_at")

    async def dead() -> bool:
        assert await lease() == []
        return bool((await show(job))["state"] == "dead")

    await until(dead)
    assert (await show(job))["error"] == "lease_expired"
    trail = (await client.get(f"/v1/jobs/{job['id']}/attempts")).json()["items"]
    assert [row["outcome"] for row in trail] == ["lease_expired"] * 2
