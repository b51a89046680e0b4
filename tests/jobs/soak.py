"""A soak of the reference: many jobs, three instances, a crash every few seconds.

python -m tests.jobs.soak --jobs 5000 --seconds 300
"""

import argparse
import asyncio
import collections
import itertools
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from grader.catalogue import load
from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.database import Database
from grader.paths import SOLUTIONS
from grader.run import Engine
from tests.jobs.helpers import until

INSTANCES = 3
CLIENTS = 12
SETTINGS = {
    "WORKER_CONCURRENCY": "8",
    "LEASE_S": "3",
    "POLL_S": "0.2",
    "BACKOFF_BASE_S": "0.2",
    "BACKOFF_MAX_S": "1",
    "LOG_LEVEL": "WARNING",
}
BUSY = "state IN ('queued', 'running')"
# A second attempt is right after a failure that was asked for, or a lease that ended.
WRONG = """
    SELECT count(*) FROM job_attempts a JOIN job_attempts b USING (job_id)
    JOIN jobs ON jobs.id = job_id
    WHERE b.attempt = a.attempt + 1 AND a.outcome IS DISTINCT FROM 'lease_expired'
      AND NOT (a.outcome = 'failed' AND kind = 'fail_n')
"""
AFTER_SUCCESS = """
    SELECT count(*) FROM job_attempts a JOIN job_attempts b USING (job_id)
    WHERE a.outcome = 'succeeded' AND b.attempt > a.attempt
"""


@dataclass
class Soak:
    """What is running, and what was promised by a 202."""

    servers: list[Server]
    database: Database
    jobs: int
    ends: float
    promised: set[str] = field(default_factory=set)
    kills: int = 0
    over: bool = False

    async def hand_in(self, numbers: "itertools.count[int]") -> None:
        """Hand in jobs at random instances; a lost answer is asked for again."""
        while (number := next(numbers)) < self.jobs and time.monotonic() < self.ends:
            job = work(number)
            while time.monotonic() < self.ends:
                if job_id := await post(random.choice(self.servers), job):
                    self.promised.add(job_id)
                    break
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """Crash a random instance every few seconds, and start it again."""
        while not self.over:
            await asyncio.sleep(random.uniform(2, 4))
            if self.over:
                return
            victim = random.choice(self.servers)
            await asyncio.to_thread(victim.kill)
            self.kills += 1
            await asyncio.sleep(random.uniform(0, 1))
            await asyncio.to_thread(victim.start)

    async def run(self) -> None:
        killing = asyncio.create_task(self.kill())
        numbers = itertools.count()
        await asyncio.gather(*(self.hand_in(numbers) for _ in range(CLIENTS)))

        async def done() -> bool:
            return not await self.database.count("jobs", BUSY)

        await until(done, self.ends - time.monotonic(), pause=0.5)
        self.over = True
        await killing

    async def report(self) -> dict[str, Any]:
        db = self.database
        states = await db.execute("SELECT state, count(*) FROM jobs GROUP BY 1")
        outcomes = await db.execute(
            "SELECT coalesce(outcome, 'open'), count(*) FROM job_attempts GROUP BY 1"
        )
        done = await db.execute("SELECT id::text FROM jobs WHERE state = 'succeeded'")
        lost = self.promised - {job_id for (job_id,) in done}
        return {
            "promised": len(self.promised),
            "kills": self.kills,
            "jobs": dict(states),
            "attempts": dict(outcomes),
            "lost": len(lost),
            "attempts_after_success": await db.value(AFTER_SUCCESS),
            "attempts_without_cause": await db.value(WRONG),
        }


def work(number: int) -> dict[str, Any]:
    """Mostly quick jobs, some slow, some that fail first, some that block."""
    kind, payload = random.choices(
        [
            ("echo", {"n": number}),
            ("sleep", {"seconds": random.uniform(0.1, 1)}),
            ("fail_n", {"times": 1}),
            ("block", {"seconds": 0.05}),
        ],
        [80, 10, 5, 5],
    )[0]
    key = f"soak-{number}"
    return {"kind": kind, "payload": payload, "max_attempts": 25, "unique_key": key}


async def post(server: Server, job: dict[str, Any]) -> str | None:
    """The id of the job, or None when the instance did not promise it."""
    token = server.client("alice").token
    async with httpx.AsyncClient(
        transport=server.transport(), base_url=server.base_url, timeout=10
    ) as client:
        headers = {"authorization": f"Bearer {token}"}
        try:
            reply = await client.post("/v1/jobs", json=job, headers=headers)
        except httpx.TransportError:
            return None
    return str(reply.json()["id"]) if reply.status_code in (200, 202) else None


async def soak(engine: Engine, jobs: int, seconds: float) -> dict[str, Any]:
    world = World(load("jobs"), SOLUTIONS, engine.cluster, engine.launcher)
    try:
        await world.prepare()
        database = world.fresh()
        servers = [world.server(database, **SETTINGS) for _ in range(INSTANCES)]
        for server in servers:
            server.start()
        begun = time.monotonic()
        running = Soak(servers, database, jobs, begun + seconds)
        await running.run()
        took = {"seconds": round(time.monotonic() - begun)}
        return took | await running.report()
    finally:
        await world.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=5000)
    options.add_argument("--seconds", type=float, default=300)
    chosen = options.parse_args()
    with Engine() as engine:
        found = asyncio.run(soak(engine, chosen.jobs, chosen.seconds))
    print(json.dumps(found, indent=1))
    states: collections.Counter[str] = collections.Counter(found["jobs"])
    good = found["promised"] == chosen.jobs and states.total() == states["succeeded"]
    wrong = ("lost", "attempts_after_success", "attempts_without_cause")
    return 0 if good and not any(found[name] for name in wrong) else 1


if __name__ == "__main__":
    raise SystemExit(main())
