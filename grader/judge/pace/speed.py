"""Speed as a ratio: the learner's app and the reference, timed in turns in one run."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed

ROUNDS = 40
# After each so many rounds: stop early if the verdict is clear.
LOOK = 8
# Full points up to this multiple of the reference's time, half up to twice that: reads
# of blog, jobs and chat, and chat's fan-out. Batches of writes have a wider limit.
FULL = 2.0
TRIES = 3
# This far from a limit, noise has never moved a ratio across it.
CLEAR = 0.75
# Makes the data behind one client; returns the path and headers of the timed request.
Prepare = Callable[[Client], Awaitable[tuple[str, dict[str, str]]]]


@dataclass(frozen=True)
class Request:
    """What is timed, besides the path and headers that a check prepares."""

    method: str = "GET"
    json: Any = None
    status: int = 200
    # SQL that the judge runs first, on either database.
    seed: str = ""


class Timed:
    """One request to one server, sent over a connection that is kept."""

    def __init__(
        self, server: Server, request: Request, path: str, headers: dict[str, str]
    ) -> None:
        self._client = server.plain_client()
        self._request = self._client.build_request(
            request.method, path, headers=headers, json=request.json
        )
        self.status = self._client.send(self._request).status_code
        self.seconds: list[float] = []

    def __call__(self) -> None:
        start = time.perf_counter()
        reply: httpx.Response = self._client.send(self._request)
        self.seconds.append(time.perf_counter() - start)
        if reply.status_code != self.status:
            raise CheckFailed("status", expected=self.status, got=reply.status_code)

    def typical(self) -> float:
        return typical(self.seconds)


class Timing(Protocol):
    """Something that is done again and again, and notes its seconds."""

    seconds: list[float]

    def __call__(self) -> None: ...

    def typical(self) -> float: ...


def keeps_pace(
    benchmark: Any,
    world: World,
    prepare: Prepare,
    status: int = 200,
    **fields: Any,
) -> None:
    """Full points up to twice the reference's time, half up to four times.

    A slower result may be noise: it is measured again, and the best one counts.
    `fields` are those of `Request`. Headers say who asks, a token of alice's perhaps.
    """
    request = Request(status=status, **fields)
    own = world.server(world.fresh())
    learner = asyncio.run(_timed(own, prepare, request))
    model = asyncio.run(world.reference())
    theirs = model.server(model.fresh())
    reference = asyncio.run(_timed(theirs, prepare, request))
    try:
        keep_ratio(benchmark, learner, reference)
    finally:
        for server in (own, theirs):
            asyncio.run(server.close())


def keep_ratio(
    benchmark: Any,
    learner: Timing,
    reference: Timing,
    *,
    rounds: int = ROUNDS,
    full: float = FULL,
) -> None:
    """Full points up to `full` times the reference's time, half up to twice that.

    A slower result may be noise: it is measured again, and the best one counts.
    Rounds end early once the ratio is far from both limits.
    """
    benchmark.pedantic(learner, setup=reference, rounds=LOOK, warmup_rounds=5)
    best = measured(learner, reference, rounds, full)
    for _ in range(TRIES - 1):
        if best <= full:
            break
        learner.seconds, reference.seconds = [], []
        best = min(best, measured(learner, reference, rounds, full))
    if best > full:
        earned = 0.5 if best <= 2 * full else 0.0
        raise CheckFailed(
            "pace", expected=f"≤ {full:g} ×", got=f"{best:.1f} ×", earned=earned
        )


def measured(learner: Timing, reference: Timing, rounds: int, full: float) -> float:
    """The learner's time by the reference's, in turns; rounds made before count."""
    while True:
        if learner.seconds:
            ratio = learner.typical() / reference.typical()
            if len(learner.seconds) >= rounds or is_clear(ratio, full):
                return ratio
        for _ in range(LOOK):
            reference()
            learner()


def is_clear(ratio: float, full: float) -> bool:
    """Well within full points, or beyond any."""
    return ratio <= CLEAR * full or ratio >= 2 * full / CLEAR


def typical(seconds: list[float]) -> float:
    """The mean of the fastest quarter, in seconds: the least noisy figure."""
    fastest = sorted(seconds)[: max(1, len(seconds) // 4)]
    return sum(fastest) / len(fastest)


async def _timed(server: Server, prepare: Prepare, request: Request) -> Timed:
    server.start()
    if request.seed:
        await server.database.execute(request.seed)
    alice = server.client("alice")
    path, headers = await prepare(alice)
    reply = await alice.request(
        request.method, path, headers=headers, json=request.json
    )
    expect.status(reply, request.status)
    await server.database.close()
    await alice.aclose()
    return Timed(server, request, path, headers)
