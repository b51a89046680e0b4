"""Logs: one JSON object per line on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

# Set by the middleware, read by every line that the request logs.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonFormatter(logging.Formatter):
    pass


def configure_logging(level: str) -> None:
    logging.basicConfig(level=level)
