"""Metrics of jobs: how many ended how, and how many wait."""

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession


class JobMetrics:
    """The metrics of one app's jobs, in the registry of the app."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.finished = Counter(
            "jobs_finished",
            "Jobs that this process brought to their end.",
            ["outcome"],
            registry=registry,
        )
        self.depth = Gauge(
            "queue_depth", "Jobs that are queued.", ["queue"], registry=registry
        )


def count_finished(session: AsyncSession, outcome: str) -> None:
    """Count a job as finished when the transaction is committed, and only then."""
    finished: Counter = session.info["finished"]
    event.listen(
        session.sync_session,
        "after_commit",
        lambda _: finished.labels(outcome).inc(),
        once=True,
    )
