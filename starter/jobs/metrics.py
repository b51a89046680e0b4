"""Metrics of jobs: how many ended how, and how many wait."""

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession


class JobMetrics:
    """The metrics of one app's jobs, in the registry of the app."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        # Stage 8 makes a counter and a gauge of these.
        self.finished = self.depth = None


def count_finished(session: AsyncSession, outcome: str) -> None:
    """Count a job as finished when the transaction is committed, and only then."""
    return
