"""Judges stages side by side: much of what checks do is to wait for something.

A lane is a fork of the judge, made once the suite has been read and the templates are
built. It judges one stage, with a preloading process, a connection and folders of its
own: what an app does in one lane does nothing to the others.
"""

import os
import signal
import socket
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, Protocol

import pytest

from grader.child import orphans
from grader.judge.app.launch import ForkLauncher
from grader.judge.app.world import World
from grader.results import CheckResult

LOOK_SECONDS = 0.1
Part = Sequence[pytest.Item]


class Judging(Protocol):
    """The judge, as far as lanes know it."""

    report: Callable[[int, CheckResult], None]
    stopped: Callable[[], bool]


class Lanes:
    """At most `count` at once, where there can be any."""

    def __init__(self, world: World, count: int) -> None:
        self._world = world
        self._count = count
        self._running: dict[Connection, ForkProcess] = {}

    @property
    def open(self) -> bool:
        """Whether parts can run beside one another here."""
        return (
            self._count > 1
            # Elsewhere it is not safe to fork a process that has threads.
            and sys.platform == "linux"
            and isinstance(self._world.launcher, ForkLauncher)
            # A server that is not ours may have too few connections.
            and self._world.cluster.folder is not None
        )

    def run(self, judge: Judging, parts: Sequence[Part]) -> None:
        """Judge each of the parts in a lane; the last comes first, it takes longest.

        None runs any more once this returns. RuntimeError says that one broke.
        """
        hear: dict[str, Callable[..., object]] = {
            "judged": judge.report,
            "ran_tests": self._world.ran_own_tests,
            "remember": self._world.memory.add,
            "broke": broke,
        }
        waiting = deque(reversed(parts))
        try:
            while (waiting or self._running) and not judge.stopped():
                while waiting and len(self._running) < self._count:
                    self._start(judge, waiting.popleft())
                for name, *found in self._told():
                    hear[name](*found)
        finally:
            for process in self._running.values():
                process.kill()
                process.join()
            self._running.clear()

    def _start(self, judge: Judging, part: Part) -> None:
        assert isinstance(self._world.launcher, ForkLauncher)
        fork = get_context("fork")
        hears, tells = fork.Pipe(duplex=False)
        with self._world.launcher.branch() as control, tells:
            lane = fork.Process(target=self._judge, args=[judge, part, control, tells])
            lane.start()
        self._running[hears] = lane

    def _told(self) -> Iterator[tuple[Any, ...]]:
        """What lanes tell next; those that have ended run no longer."""
        for connection in wait(list(self._running), LOOK_SECONDS):
            assert isinstance(connection, Connection)
            try:
                yield connection.recv()
            except EOFError:
                lane = self._running.pop(connection)
                lane.join()
                if lane.exitcode:
                    broke(f"a lane ended with {lane.exitcode}")

    def _judge(
        self, judge: Judging, part: Part, control: socket.socket, tells: Connection
    ) -> None:
        """Judge a part, in the fork. Never returns."""
        code = 1
        try:
            # Ctrl-C is for the judge; whoever kills that ends its lanes.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            orphans.end_with_parent()
            judge.report = partial(tell, tells, "judged")
            self._world.enter_lane(control, partial(tell, tells))
            run(part)
            code = 0
        except BaseException:
            tell(tells, "broke", traceback.format_exc())
        finally:
            # Without printing what the judge has not printed yet.
            os._exit(code)


def run(part: Part) -> None:
    """What pytest does with the checks of a session."""
    for item, following in zip(part, [*part[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def tell(tells: Connection, *what: Any) -> None:
    tells.send(what)


def broke(why: str) -> None:
    raise RuntimeError(why)
