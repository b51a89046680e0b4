# Generated from solutions/blog/logs.py by nox -s starter: edit that file.
# Digest of the lines below: 6785bd779515740b
"""Logs: one JSON object per line, from structlog and the standard library alike."""

import logging
import sys

import structlog
from structlog.typing import Processor

# What every line gets, wherever it comes from; merge_contextvars adds the request id.
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
]


def configure_logging(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                *SHARED[:1],
                structlog.stdlib.PositionalArgumentsFormatter(),
                *SHARED[1:],
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries speak up when something is wrong; the level is the app's own.
    root.setLevel(logging.WARNING)
    logging.getLogger(__package__).setLevel(level)
    # uvicorn's lines become JSON too, except its access log, which would print tokens
    # in query strings. (Its line for a WebSocket, in uvicorn.error, prints them too.)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
