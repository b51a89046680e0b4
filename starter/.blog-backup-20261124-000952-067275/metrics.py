"""Metrics: how often each route answers what, and how fast."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """The metrics of one app, in a registry of its own: a process may hold many."""
