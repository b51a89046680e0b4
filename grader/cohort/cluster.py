"""The engine under a class is Dask: a cluster of this machine, or one that is there."""

import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from typing import Any

import dask
from distributed import Client, LocalCluster, WorkerPlugin

from grader.cohort.side_by_side import KILLS, SideBySide
from grader.cores import cores
from grader.errors import SetupError

CONNECT_SECONDS = 10
# Of a worker itself; what a submission may take is limited where it is started.
WORKER_MEMORY = "1.5 GB"
SETTINGS: dict[str, Any] = {
    # Counted is each time a worker dies of it; the last one is not forgiven.
    "distributed.scheduler.allowed-failures": KILLS - 1,
    # A worker holds one submission and no other: only that one is to blame.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": False,
    # Else one that takes long to start again is struck off, and never replaced.
    "distributed.deploy.lost-worker-timeout": "1 h",
    # A worker that says nothing for so long hangs, and is replaced.
    "distributed.scheduler.worker-ttl": "300 s",
    # Nothing large is kept, so nothing is written to disk to make room.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # A class of hundreds is some megabytes, and no mistake.
    "distributed.admin.large-graph-warning-threshold": "10 GB",
    # Apps see the environment that they see in a grading alone.
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.nanny.environ": {},
}


def hush() -> None:
    """Why a worker went is told in a sentence of ours."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


class Calm(WorkerPlugin):  # type: ignore[misc]
    """A Ctrl-C in the terminal is the command's to hear, not its workers'."""

    name = "calm"

    def setup(self, worker: object) -> None:
        hush()
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)


class OwnCore(WorkerPlugin):  # type: ignore[misc]
    """Each worker with all that it starts has a core: no two are timed on one."""

    name = "own-core"

    def setup(self, worker: Any) -> None:
        if hasattr(os, "sched_setaffinity"):
            mine = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {mine[int(worker.name) % len(mine)]})


@contextlib.contextmanager
def local(
    scratch: str, workers: int | None = None, memory: str = WORKER_MEMORY
) -> Iterator[SideBySide]:
    """A worker for each core, or fewer, with a thread each.

    Whoever speaks to a scheduler can have anything run: with keys of its own, which
    stay in these processes, a submission that may use the network cannot.
    """
    hush()
    with (
        dask.config.set({**SETTINGS, "temporary-directory": scratch}),
        LocalCluster(
            n_workers=min(workers or cores(), cores()),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            memory_limit=memory,
            security=True,
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(Calm())
        client.register_plugin(OwnCore())
        yield SideBySide(client)


def settle(dask_scheduler: Any) -> None:
    """What a scheduler that others started must know, too."""
    dask_scheduler.allowed_failures = KILLS - 1
    dask_scheduler.WORKER_SATURATION = 1.0


@contextlib.contextmanager
def remote(address: str) -> Iterator[SideBySide]:
    """One that others started; SetupError when it is not there, or has no workers."""
    hush()
    with dask.config.set(SETTINGS):
        try:
            client = Client(address, timeout=CONNECT_SECONDS)
        except (OSError, TypeError, ValueError) as error:
            raise SetupError("no_scheduler", address=address) from error
        with client:
            client.run_on_scheduler(settle)
            if not client.scheduler_info(n_workers=-1)["workers"]:
                raise SetupError("no_workers", address=address)
            yield SideBySide(client)
