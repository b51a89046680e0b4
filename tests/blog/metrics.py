"""What `GET /metrics` tells, read from its text."""

import re

from grader.judge.callers.client import Client
from grader.judge.checks import expect

SAMPLE = re.compile(r"^http_requests_total\{(.*)\} ([0-9.e+]+)", re.M)
SECONDS = re.compile(
    r"^http_request_duration_seconds_sum(?:\{.*\})? ([0-9.e+-]+)", re.M
)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
Labels = frozenset[tuple[str, str]]


async def counters(client: Client) -> dict[Labels, float]:
    """The values of `http_requests_total` by their method, route and status."""
    reply = await client.get("/metrics")
    expect.status(reply, 200)
    found: dict[Labels, float] = {}
    for labels, value in SAMPLE.findall(reply.text):
        pairs = dict(LABEL.findall(labels))
        missing = {"method", "route", "status"} - pairs.keys()
        expect.true(
            "metric_labels", not missing, expected="method, route, status", got=labels
        )
        if pairs["route"] not in ("/metrics", "/healthz"):
            key = frozenset((k, pairs[k]) for k in ("method", "route", "status"))
            found[key] = found.get(key, 0) + float(value)
    expect.true("metric_exists", found, expected="http_requests_total")
    return found


async def seconds_observed(client: Client) -> float:
    """The sum of `http_request_duration_seconds`, of all its labels."""
    text = (await client.get("/metrics")).text
    return sum(float(value) for value in SECONDS.findall(text))
