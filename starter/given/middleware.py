# Generated from solutions/blog/middleware.py by nox -s starter: edit that file.
# Digest of the lines below: 7f60469a50278ef0
"""Around every request: its id, its log line, its metrics, and an answer to bugs."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from given.errors import problem
from given.metrics import Metrics

log = structlog.get_logger(__name__)


def accept_id(sent: str | None) -> str:
    """The client's request id if it is harmless in a log, else a new one."""
    if sent is not None and re.fullmatch(r"[\w.-]{1,64}", sent, re.ASCII):
        return sent
    return uuid.uuid4().hex


def route_template(scope: Scope) -> str:
    """`/v1/posts/{slug}`, never `/v1/posts/my-post`: each label value costs memory."""
    return getattr(scope.get("route"), "path", "unmatched")


class RequestTrail:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = accept_id(Headers(scope=scope).get("x-request-id"))
        with bound_contextvars(request_id=request_id):
            return await self.follow(request_id, scope, receive, send)

    async def follow(
        self, request_id: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            # Here and not in an exception handler for Exception, which runs outside
            # this middleware and would answer without a request id.
            log.exception("unhandled_error")
            if status is not None:
                raise
            await problem(500, "internal_error")(scope, receive, send_with_id)
        finally:
            self.record(scope, status or 500, time.perf_counter() - started)

    def record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"]
        self.metrics.observe(method, route_template(scope), status, seconds)
        fields = {
            "method": method,
            "path": scope["path"],  # Without the query string, which may hold secrets.
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
        }
        log.info("http_request", **fields)
