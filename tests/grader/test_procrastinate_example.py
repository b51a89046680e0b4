"""The example that the task queue's statement names runs, and does what it says."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

from grader.paths import ROOT
from grader.run import Engine

PATH = ROOT / "docs" / "examples" / "procrastinate_queue.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("procrastinate_queue", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def client(example: ModuleType, engine: Engine) -> AsyncIterator[AsyncClient]:
    """The example on a database of its own, with a worker."""
    name = engine.cluster.create()
    url = engine.cluster.url(name)
    queue = example.make_queue(url)
    async with queue.open_async():
        await queue.schema_manager.apply_schema_async()
    app = example.create_app(url)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        yield client
    engine.cluster.drop(name)


async def state_in_the_end(client: AsyncClient, job_id: str) -> str:
    for _ in range(500):
        state = str((await client.get(f"/v1/jobs/{job_id}")).json()["state"])
        if state not in ("queued", "running"):
            break
        await asyncio.sleep(0.02)
    return state


async def test_job_is_run(client: AsyncClient) -> None:
    reply = await client.post("/v1/jobs", json={"kind": "echo", "payload": {"n": 1}})

    assert reply.status_code == 202
    job = reply.json()
    assert reply.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert (job["kind"], job["payload"]) == ("echo", {"n": 1})
    assert await state_in_the_end(client, job["id"]) == "succeeded"
    assert (await client.get("/v1/jobs/999999")).status_code == 404


async def test_failed_job_is_retried(client: AsyncClient) -> None:
    job = {"kind": "fail_n", "payload": {"times": 2}}

    job_id = (await client.post("/v1/jobs", json=job)).json()["id"]

    assert await state_in_the_end(client, job_id) == "succeeded"
    assert (await client.get(f"/v1/jobs/{job_id}")).json()["attempt"] == 3


async def test_unique_key_holds_while_its_job_waits(client: AsyncClient) -> None:
    job = {"kind": "echo", "payload": {}, "delay_s": 1000, "unique_key": "k"}

    first, second = [await client.post("/v1/jobs", json=job) for _ in range(2)]

    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["deduplicated"] is True
    other = await client.post("/v1/jobs", json={**job, "unique_key": "l"})
    assert other.status_code == 202
