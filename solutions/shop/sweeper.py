"""Expires orders whose time is over, in the background, beside any other process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from given.database import Sessions
from shop import ordering, queries

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.4


async def expire_one(session: AsyncSession) -> bool:
    """Expire an order whose time is over; False when there is none."""
    order = await session.scalar(queries.due_order())
    if order is None:
        return False
    # Ask again: the query saw the rows of its start. A payment that began later, and
    # has unlocked the order since, is only visible now.
    if await session.scalar(queries.open_attempt(order.id)) is not None:
        return True
    ordering.move(order, "expire")
    await ordering.release(session, order)
    return True


async def sweep(sessions: Sessions) -> None:
    # A transaction for each order: it locks that order's stock only, sorted as
    # everywhere else, and a failure costs one order and not the whole sweep.
    expired = True
    while expired:
        async with sessions.begin() as session:
            expired = await expire_one(session)


async def sweep_for_ever(sessions: Sessions) -> None:
    while True:
        try:
            await sweep(sessions)
        except Exception:
            # The database may be away for a while, and nobody restarts this task.
            log.exception("sweep_failed")
        await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def sweeping(sessions: Sessions) -> AsyncIterator[None]:
    """Sweep while the block runs."""
    task = asyncio.create_task(sweep_for_ever(sessions))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
