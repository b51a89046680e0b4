"""Serves a learner's `create_app()` with uvicorn until a signal ends it."""

import importlib
import inspect
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn

from grader.child import jobs


class Server(uvicorn.Server):
    """Tells the judge, by one byte, when the app has started.

    Where no descriptor could be handed over, the open port tells it.
    """

    def __init__(self, config: uvicorn.Config, ready: int | None) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None:
            os.write(self.ready, b"1")
            os.close(self.ready)


def run(job: Mapping[str, Any]) -> int:
    app = called(find_factory(job["package"]))
    jobs.must_be_its_own(job)
    config = uvicorn.Config(
        app,
        fd=job.get("listen_fd"),
        host="127.0.0.1",
        port=job.get("port", 0),
        lifespan="on",
        log_level="warning",
        # Access logs are the learner's to write; uvicorn's would print query strings.
        access_log=False,
        timeout_graceful_shutdown=job.get("grace_seconds", 5),
    )
    # uvicorn raises the signal anew when it is done: an orderly end is exit code 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(config, job.get("ready_fd")).run()
    return 0


def find_factory(package: str) -> Callable[[], Any]:
    try:
        module = importlib.import_module(f"{package}.main")
    except BaseException:
        traceback.print_exc()
        raise SystemExit(jobs.NO_PACKAGE) from None
    factory = getattr(module, "create_app", None)
    if not callable(factory):
        print(f"{package}.main has no function create_app", file=sys.stderr)
        raise SystemExit(jobs.NO_FACTORY)
    return factory  # type: ignore[no-any-return]


def called(create_app: Callable[[], Any]) -> Any:
    try:
        app = create_app()
    except BaseException:
        traceback.print_exc()
        raise SystemExit(jobs.FACTORY_RAISED) from None
    if not callable(app):
        # A forgotten return, or "async def": uvicorn would blame the lifespan.
        if inspect.iscoroutine(app):
            app.close()
        kind = type(app).__name__
        print(f"TypeError: create_app() returned {kind}, no app", file=sys.stderr)
        raise SystemExit(jobs.NO_APP)
    return app
