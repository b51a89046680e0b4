"""Logs: one JSON object per line on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

# Set by the middleware, read by every line that the request logs.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries speak up when something is wrong; the level is the app's own.
    root.setLevel(logging.WARNING)
    logging.getLogger(__package__).setLevel(level)
    # uvicorn's lines become JSON too; its access log, which would print tokens in
    # query strings, is replaced by our own line per request.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
