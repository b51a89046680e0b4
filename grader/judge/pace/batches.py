"""Throughput as a ratio: batches of writes at once, on the app and on the reference."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks.failures import CheckFailed
from grader.judge.pace.speed import keep_ratio, typical

ROUNDS = 16
FULL = 4.0
# Makes the data behind two clients, an admin and a user; returns the bodies of a batch.
Prepare = Callable[[Client, Client], Awaitable[Sequence[Any]]]


class Batch:
    """POSTs that one server answers at once."""

    def __init__(self, server: Server, path: str, prepare: Prepare) -> None:
        self.seconds: list[float] = []
        self._server = server
        self._path = path
        self._runner = asyncio.Runner()
        self._runner.run(self._open(prepare))

    async def _open(self, prepare: Prepare) -> None:
        self._server.start()
        admin, alice = self._server.client("admin"), self._server.client("alice")
        self._bodies = await prepare(admin, alice)
        for client in (admin, alice):
            await client.aclose()
        await self._server.database.close()
        self._client = self._server.async_client(alice.token)

    def __call__(self) -> None:
        self._runner.run(self._send())

    async def _send(self) -> None:
        start = time.perf_counter()
        posts = (self._post(body) for body in self._bodies)
        replies = await asyncio.gather(*posts)
        self.seconds.append(time.perf_counter() - start)
        for reply in replies:
            if reply.status_code != 201:
                raise CheckFailed("status", expected=201, got=reply.status_code)

    async def _post(self, body: Any) -> httpx.Response:
        headers = {"idempotency-key": uuid.uuid4().hex}
        return await self._client.post(self._path, json=body, headers=headers)

    def typical(self) -> float:
        return typical(self.seconds)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.run(self._server.close())
        self._runner.close()


def keeps_pace_in_batches(
    benchmark: Any, world: World, path: str, prepare: Prepare
) -> None:
    """Full points up to four times the reference's time, half up to eight times.

    Wider than for reads: a correct app may repeat work after a conflict.
    """
    learner = Batch(world.server(world.fresh()), path, prepare)
    model = asyncio.run(world.reference())
    reference = Batch(model.server(model.fresh()), path, prepare)
    try:
        keep_ratio(benchmark, learner, reference, rounds=ROUNDS, full=FULL)
    finally:
        learner.close()
        reference.close()
