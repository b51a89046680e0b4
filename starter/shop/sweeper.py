"""Expires orders whose time is over, in the background, beside any other process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from given.database import Sessions
from given.unwritten import NotWritten
from shop import ordering, queries

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.4


async def expire_one(session: AsyncSession) -> bool:
    """Expire an order whose time is over; False when there is none."""
    raise NotWritten(7)


async def sweep(sessions: Sessions) -> None:
    raise NotWritten(7)


async def sweep_for_ever(sessions: Sessions) -> None:
    raise NotWritten(7)


@asynccontextmanager
async def sweeping(sessions: Sessions) -> AsyncIterator[None]:
    """Sweep while the block runs."""
    # Nobody sweeps until stage 7.
    yield
