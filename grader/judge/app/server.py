"""One server under test: started with settings of the judge's choice, stopped, read."""

import asyncio
import json
import re
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from typing import Any

import httpx

from grader.child.jobs import FACTORY_RAISED, NO_APP, NO_FACTORY, NO_PACKAGE
from grader.child.sums import Over
from grader.judge.app.application import Application
from grader.judge.app.launch import Process
from grader.judge.app.limits import too_much
from grader.judge.app.tracebacks import Location, last_exception, last_location
from grader.judge.callers.client import Client
from grader.judge.checks.exchange import Transcript
from grader.judge.checks.failures import AppDown
from grader.judge.database import Database
from grader.texts import Text

START_SECONDS = 20.0
STOP_SECONDS = 15.0
STARTUP_FAILED = 3  # uvicorn's exit code when the lifespan raised.
MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)")
WHY_DOWN = {
    NO_PACKAGE: "import",
    NO_FACTORY: "factory",
    FACTORY_RAISED: "create_app",
    NO_APP: "no_app",
    STARTUP_FAILED: "lifespan",
}


class Server:
    """A running app on a database. `settings` are its environment variables."""

    def __init__(
        self,
        app: Application,
        transcript: Transcript,
        database: Database,
        settings: Mapping[str, str],
        tokens: Mapping[str, tuple[str, str]],
    ) -> None:
        self.transcript = transcript
        self.database = database
        self._app = app
        self._folder = app.folders.new()
        self._settings = settings
        self._tokens = tokens
        self._process: Process | None = None
        self._clients: list[Client] = []
        self._mark = (0, 0)
        self._ran = False
        self.closed = False
        self._port = 80
        self.socket = self._folder / "app.sock"

    # Starting and stopping

    def launch(self) -> Process:
        """Start the process without waiting for it to serve."""
        home = self._folder / "home"
        if self._process is not None and self._process.over:
            # It may be its files that were too much.
            shutil.rmtree(home, ignore_errors=True)
        home.mkdir(exist_ok=True)
        job = {"kind": "serve", **self._app.job(home, self._settings)}
        launcher = self._app.launcher
        if launcher.hands_over:
            self.socket.unlink(missing_ok=True)
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(self.socket))
                listening.listen(128)
                self._process = launcher.start(job, listening)
        else:
            self._port = job["port"] = free_port()
            self._process = launcher.start(job)
        self._mark, self._ran = (0, 0), True
        return self._process

    def start(self) -> None:
        """Start, and wait until the app serves; AppDown says why it does not."""
        process = self.launch()
        if process.ready(START_SECONDS):
            return
        code = process.wait(0.5)
        if code is None:
            self.kill()
            raise AppDown("start_timeout", expected=f"≤ {START_SECONDS:g} s")
        raise self._down(code)

    def _down(self, code: int) -> AppDown:
        """Why it ended before it served."""
        if over := self.over:
            return too_much(over)
        got = self.exception() or f"exit {code}"
        params = {"package": self._app.problem.slug, "code": code}
        missing = MISSING.match(got)
        if missing and not (self._app.target / missing[1]).exists():
            return AppDown("down.library", got=got, params={"library": missing[1]})
        return AppDown(f"down.{WHY_DOWN.get(code, 'exit')}", got=got, params=params)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.wait(0) is None

    def wait(self, seconds: float = STOP_SECONDS) -> int | None:
        """The exit code once it has ended by itself, or None at the deadline."""
        assert self._process
        return self._process.wait(seconds)

    @property
    def over(self) -> Over | None:
        """Too much of what was used, if it was ended for that since the check began."""
        # Being alive or not is noticed with it.
        if self._process is None or not self._ran or self.alive:
            return None
        return self._process.over

    def terminate(self, seconds: float = STOP_SECONDS) -> int | None:
        """SIGTERM, then the exit code, or None (and SIGKILL) at the deadline."""
        self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        if code is None:
            self.kill()
        return code

    def kill(self) -> None:
        """End it as a crash would: at once, with nothing tidied up."""
        self.signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        self.wait()

    def signal(self, number: int) -> None:
        if self._process is not None:
            self._process.signal(number)

    async def close(self) -> None:
        self.closed = True
        for client in self._clients:
            await client.aclose()
        self._clients.clear()
        if self.alive:
            self.kill()
        # Its files count no longer.
        shutil.rmtree(self._folder, ignore_errors=True)
        await self.database.close()

    # Clients

    def transport(self) -> httpx.AsyncHTTPTransport:
        # No TLS here: reading the certificates would cost 50 ms for each client.
        return httpx.AsyncHTTPTransport(
            uds=self.address(),
            limits=httpx.Limits(max_keepalive_connections=0),
            verify=False,
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def address(self) -> str | None:
        return str(self.socket) if self._app.launcher.hands_over else None

    def plain_client(self, token: str | None = None) -> httpx.Client:
        """A synchronous client that keeps its connection, for measurements."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(
            transport=httpx.HTTPTransport(uds=self.address(), verify=False),
            base_url=self.base_url,
            headers=headers,
            timeout=10,
        )

    def async_client(self, token: str | None = None) -> httpx.AsyncClient:
        """For several requests at once, each over a connection of its own.

        A server closes kept ones after a while, and a busy machine is slow.
        """
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            transport=self.transport(),
            base_url=self.base_url,
            headers=headers,
            timeout=10,
        )

    def token_of(self, who: str) -> str | None:
        """The token of a known person; None when they could not log in."""
        return self._tokens.get(who, ("", None))[1]

    def client(self, who: str = "anonymous", token: str | None = None) -> Client:
        """Somebody who talks to this server; known people bring their token."""
        user_id = ""
        if token is None and who in self._tokens:
            user_id, token = self._tokens[who]
        client = Client(self, who, token, user_id)
        self._clients.append(client)
        return client

    async def settled(self) -> None:
        await self.database.settled()

    # What it printed

    def new_check(self) -> None:
        """From here on, `lines`, `exception` and so on are of the next check."""
        self._ran = self.alive
        if self._process is not None:
            self._mark = (self._process.out.mark(), self._process.err.mark())

    def printed(self) -> tuple[str, str]:
        """Standard output and standard error since the check began."""
        if self._process is None:
            return "", ""
        out, err = self._mark
        return self._process.out.since(out), self._process.err.since(err)

    def lines(self) -> list[str]:
        """The lines on standard output since the check began."""
        return [line for line in self.printed()[0].splitlines() if line.strip()]

    async def log(self, **fields: object) -> dict[str, Any] | None:
        """The first JSON line with these fields, or None when none came in time."""
        deadline = time.monotonic() + 3
        while True:
            for line in self.lines():
                record = _json_object(line)
                if fields.items() <= record.items():
                    return record
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(0.01)

    def exception(self) -> str | None:
        out, err = self.printed()
        return last_exception(err) or last_exception(out)

    def location(self) -> Location | None:
        """Where in the learner's files the last exception was raised."""
        out, err = self.printed()
        return last_location(err, self._app.target) or last_location(
            out, self._app.target
        )

    def crash(self) -> Text | None:
        """Why the app is gone, or None while it is alive."""
        assert self._process
        code = self._process.wait(0.2)
        if code is None:
            return None
        return Text("failure.crashed", {"code": code})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _json_object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
