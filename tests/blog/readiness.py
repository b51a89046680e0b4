"""`GET /readyz`, asked until it follows."""

import asyncio
import time

import httpx

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.database import Database


async def becomes(client: Client, status: int) -> httpx.Response:
    """`/readyz` once it has the status, or as it is after 5 seconds."""
    deadline = time.monotonic() + 5
    while True:
        reply = await client.get("/readyz")
        if reply.status_code == status or time.monotonic() > deadline:
            return reply
        await asyncio.sleep(0.05)


async def starts_unready(world: World, database: Database) -> Server:
    server = world.server(database, ADMIN_EMAIL=None, ADMIN_PASSWORD=None)
    server.start()
    expect.problem(await becomes(server.client(), 503), 503, "not_ready")
    return server
