# Generated from solutions/blog/metrics.py by nox -s starter: edit that file.
# Digest of the lines below: f46749e674656e92
"""Metrics: how often each route answers what, and how fast."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """The metrics of one app, in a registry of its own: a process may hold many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the request to the end of its response.",
            ["method", "route"],
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)
