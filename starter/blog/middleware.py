"""Around every request: its id, its log line, its metrics, and an answer to bugs."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from blog.errors import problem
from blog.metrics import Metrics
from blog.unwritten import NotWritten

log = structlog.get_logger(__name__)


def accept_id(sent: str | None) -> str:
    """The client's request id if it is harmless in a log, else a new one."""
    raise NotWritten(7)


def route_template(scope: Scope) -> str:
    """`/v1/posts/{slug}`, never `/v1/posts/my-post`: each label value costs memory."""
    raise NotWritten(7)


class RequestTrail:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
