"""Wakes whoever waits for jobs, in every process. NOTIFY may be lost: poll too."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from psycopg import AsyncConnection, OperationalError
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from jobs.settings import Settings

log = logging.getLogger(__name__)


async def notify(session: AsyncSession) -> None:
    """Wake all who wait, once the transaction is committed."""
    return


class Wakeup:
    """Where those who wait for jobs wait, in this process."""
