"""Starts the processes that run learners' code, and holds on to them.

Where there is fork, a preloading process has the libraries imported already and forks
a process a job; elsewhere each job is a fresh interpreter.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

from grader.child.sums import Over
from grader.judge.app.confinement import confinement
from grader.judge.app.limits import limits
from grader.judge.app.output import Output
from grader.paths import ROOT

CAN_FORK = hasattr(os, "fork") and hasattr(socket, "recv_fds")
# How long the preloading process may take to fork a job, and to end all of them.
START_SECONDS, END_SECONDS = 60.0, 20.0
# Grades without fork and Unix sockets, as on systems that have none.
FORCE_SPAWN = "WORKBOOK_SPAWN"


class Process(Protocol):
    """A running job, in a process group of its own."""

    out: Output
    err: Output
    # Why it was ended once it has, if all jobs together used too much.
    over: Over | None

    def ready(self, seconds: float) -> bool:
        """Wait until the app has started; False when it ended or time ran out."""

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: the signal), or None if it still runs."""

    def signal(self, number: int) -> None:
        """Send a signal; no effect once it has ended.

        SIGKILL goes to the whole group, as in a crash of the machine. Others go to
        the process alone, as from whoever runs a service.
        """


class Launcher(Protocol):
    """Starts jobs; `hands_over` tells whether it can pass on a listening socket.

    `level` is how well they are shut in, one of those in `grader.child.confine`;
    `limits` is what all of them may use together, where that can be watched.
    """

    hands_over: bool
    level: str
    limits: dict[str, int]

    def start(
        self, job: Mapping[str, Any], listening: socket.socket | None = None
    ) -> Process: ...

    def end_all(self) -> None:
        """End every process of every job, also those that left their parents."""

    def close(self) -> None:
        """The same, and no job can be started any more."""


def open_launcher() -> Launcher:
    if CAN_FORK and not os.environ.get(FORCE_SPAWN):
        return ForkLauncher()
    return SpawnLauncher()


def bare_environment() -> dict[str, str]:
    """What a child's interpreter starts with; a job brings its own environment."""
    keep = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE")
    kept = {name: os.environ[name] for name in keep if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


class ForkLauncher:
    """Has the preloading process fork a child for each job."""

    hands_over = True

    def __init__(self) -> None:
        self.level, self.limits = confinement(), limits()
        self._control, theirs = socket.socketpair()
        # Executed, not forked: a fork would keep our environment on its stack.
        self._preloader = subprocess.Popen(
            # -P: the working directory, "/", is no place to import from.
            [sys.executable, "-Pm", "grader.child.preload", str(theirs.fileno())],
            env=bare_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._turn = threading.Lock()

    def start(
        self, job: Mapping[str, Any], listening: socket.socket | None = None
    ) -> "ForkedProcess":
        pipes = [os.pipe() for _ in range(4)]
        theirs = [writing for _, writing in pipes]
        if listening:
            theirs.append(listening.fileno())
        self._send({**job, "level": self.level, "limits": self.limits}, theirs)
        for _, writing in pipes:
            os.close(writing)
        return ForkedProcess(*(reading for reading, _ in pipes))

    def branch(self) -> socket.socket:
        """The control socket of a preloading process beside this one, for `move`."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._send({"kind": "branch"}, [theirs.fileno()])
        return ours

    def move(self, control: socket.socket) -> None:
        """In a fork of the judge: have a branch fork its children."""
        self._control.close()
        self._control = control

    def _send(self, job: Mapping[str, Any], descriptors: list[int]) -> None:
        message = json.dumps(dict(job)).encode() + b"\n"
        with self._turn:
            sent = socket.send_fds(self._control, [message], descriptors)
            self._control.sendall(message[sent:])

    def end_all(self) -> None:
        reading, writing = os.pipe()
        try:
            self._send({"kind": "end_all"}, [writing])
            os.close(writing)
            line_of(reading, END_SECONDS)
        finally:
            os.close(reading)

    def close(self) -> None:
        self._control.close()
        try:
            self._preloader.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            # It may be stopped by a signal, for instance: do not wait any longer.
            self._preloader.kill()
            self._preloader.wait()


def line_of(descriptor: int, seconds: float) -> bytes:
    """What the preloading process answers, from the first line on."""
    deadline, seen = time.monotonic() + seconds, b""
    while b"\n" not in seen:
        left = max(0.0, deadline - time.monotonic())
        if not select.select([descriptor], [], [], left)[0]:
            raise RuntimeError("the preloading process does not answer")
        part = os.read(descriptor, 64)
        if not part:
            raise RuntimeError("the preloading process is gone")
        seen += part
    return seen


class ForkedProcess:
    def __init__(self, status: int, ready: int, out: int, err: int) -> None:
        self._status = os.fdopen(status, "rb", buffering=0)
        self._ready = ready
        self.out, self.err = Output(out), Output(err)
        self._code: int | None = None
        self.over: Over | None = None
        first, _, self._seen = line_of(status, START_SECONDS).partition(b"\n")
        self.pid = int(first.split()[1])

    def ready(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._ready], [], [], seconds)
        return bool(readable) and os.read(self._ready, 1) == b"1"

    def wait(self, seconds: float) -> int | None:
        deadline = time.monotonic() + seconds
        # Of a job that ended at once, its `exit` may have come with its `pid`.
        while b"\n" not in self._seen:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._status], [], [], left)[0]:
                return None
            self._seen += self._status.read(64) or b"exit -9\n"
        if self._code is None:
            _, code, *over = self._seen.decode().split()
            self._code = int(code)
            if over:
                self.over = Over(over[0], int(over[1]), int(over[2]))
            self._close()
        return self._code

    def _close(self) -> None:
        os.close(self._ready)
        self._status.close()
        self.out.close()
        self.err.close()

    def signal(self, number: int) -> None:
        # As long as there is no exit code, the process group still exists.
        if self.wait(0) is None:
            with contextlib.suppress(ProcessLookupError):
                send(self.pid, number)


class SpawnLauncher:
    """Starts a fresh interpreter for each job, reached over loopback TCP."""

    hands_over = False

    def __init__(self) -> None:
        self.level, self.limits = confinement(), limits()
        self._started: list[SpawnedProcess] = []

    def start(
        self, job: Mapping[str, Any], listening: socket.socket | None = None
    ) -> "SpawnedProcess":
        assert listening is None, "descriptors cannot be handed over here"
        self._started.append(SpawnedProcess({**job, "level": self.level}))
        return self._started[-1]

    def end_all(self) -> None:
        for process in self._started:
            process.signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait(END_SECONDS)
        self._started.clear()

    def close(self) -> None:
        self.end_all()


class SpawnedProcess:
    def __init__(self, job: Mapping[str, Any]) -> None:
        self._port = job.get("port")
        self.over: Over | None = None
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "grader.child.once", json.dumps(dict(job))],
            env={**bare_environment(), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._popen.stdout
        assert self._popen.stderr
        self.out = Output(os.dup(self._popen.stdout.fileno()))
        self.err = Output(os.dup(self._popen.stderr.fileno()))
        self._popen.stdout.close()
        self._popen.stderr.close()

    def ready(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._popen.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port or 0), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def wait(self, seconds: float) -> int | None:
        try:
            code = self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.out.close()
        self.err.close()
        return code

    def signal(self, number: int) -> None:
        if self._popen.poll() is not None:
            return
        if hasattr(os, "killpg"):
            send(self._popen.pid, number)
        else:
            self._popen.send_signal(number)


def send(leader: int, number: int) -> None:
    """A signal to a process; SIGKILL to all of the group that it leads."""
    if number == signal.SIGKILL:
        os.killpg(leader, number)
    else:
        os.kill(leader, number)
