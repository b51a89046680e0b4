"""What `GET /v1/tags` counts, also when it is read while posts are written."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.database.gate import GATE_SECONDS
from tests.blog.gates import held_commit, held_read
from tests.blog.helpers import published


async def count_of(reader: Client, tag: str) -> int:
    """The published posts of a tag, 0 also where the tag is left out."""
    found = require(await reader.get("/v1/tags"), 200, stage=6)
    return next((int(t["post_count"]) for t in found if t["name"] == tag), 0)


async def read_before_written(
    author: Client, reader: Client, db: Database, tag: str
) -> None:
    """Write a post after a read of the tags has seen the others, before it ends."""
    # After this write no cache is warm: the tags are read from the tables.
    await published(author, tags=[tag])
    async with held_read(db, "posts") as gate:
        early = asyncio.create_task(count_of(reader, tag))
        await gate.waiting(1, [early])
        late = asyncio.create_task(published(author, tags=[tag]))
        # Where a write waits until the tags are read, it stays behind.
        await asyncio.wait([late], timeout=GATE_SECONDS)
    await asyncio.gather(early, late)


async def read_during_commit(
    reader: Client, db: Database, write: Coroutine[Any, Any, object]
) -> None:
    """Read the tags while the write has done everything but its COMMIT."""
    async with held_commit(db, "posts") as gate:
        late = asyncio.create_task(write)
        await gate.waiting(1, [late])
        early = asyncio.create_task(reader.get("/v1/tags"))
        # Where a read waits until the write has ended, it stays behind.
        await asyncio.wait([early], timeout=GATE_SECONDS)
    await asyncio.gather(early, late)
