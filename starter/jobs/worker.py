"""The embedded worker: leases jobs, runs them, and survives what goes wrong."""

import asyncio
import contextlib
import inspect
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from given.database import Sessions
from given.errors import ApiError
from jobs import holders
from jobs.handlers import HANDLERS
from jobs.leases import Wanted, lease_jobs
from jobs.models import Job
from jobs.settings import Settings
from jobs.wakeup import Wakeup

log = structlog.get_logger(__name__)


class Worker:
    """Runs up to `worker_concurrency` jobs at once, as long as the app lives."""
