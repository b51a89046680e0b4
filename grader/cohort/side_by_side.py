"""Has jobs graded by a cluster, and hands out what became of each as it comes."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dask._task_spec import Task
from distributed import Client, Future, KilledWorker, as_completed

from grader.cohort.job import Job, Outcome
from grader.cohort.worker import Said, told
from grader.errors import SetupError
from grader.texts import Text

# A submission that ends its worker so often is not tried again.
KILLS = 3
# How often to look at what is there, and how long a class waits for a worker.
LOOK_SECONDS, ALONE_SECONDS = 0.1, 300.0


class SideBySide:
    """A cluster of Dask, as `grader.cohort.run` wants one."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def outcomes(
        self,
        jobs: Sequence[Job],
        grade: Callable[[Job], str],
        show: Callable[[list[str]], None],
    ) -> Iterator[Outcome]:
        """Equal jobs are graded once. SetupError when there is no worker for long."""
        same = alike(jobs)
        # "Data producers" wait in the scheduler until a worker is free. Others wait
        # in the workers, and are blamed when the one before them kills theirs.
        tasks = {
            key: Task(key, told, grade, ones[0], _data_producer=True)
            for key, ones in same.items()
        }
        futures = self.client.get(tasks, list(tasks), sync=False)
        # Results are fetched at once: those of a worker that dies are made again.
        finished = as_completed(futures, with_results=True, raise_errors=False)
        alone = Alone(self.client)
        while not finished.is_empty():
            if not finished.has_ready():
                time.sleep(LOOK_SECONDS)
                if alone.looked():
                    show(self.in_work(jobs))
                continue
            future, result = next(finished)
            said = said_of(future, result)
            for job in same[future.key]:
                yield Outcome(job, said.text, said.why)
            future.release()

    def in_work(self, jobs: Sequence[Job]) -> list[str]:
        """Whose submissions are with a worker now."""
        keys = {key for held in self.client.processing().values() for key in held}
        return sorted(job.id for job in jobs if job.key in keys)


def alike(jobs: Sequence[Job]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.key, []).append(job)
    return found


class Alone:
    """Notices that all workers are gone: Dask would wait for one without a word."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen = self._looked = time.monotonic()

    def looked(self) -> bool:
        """Look once a second, and say whether it was now."""
        now = time.monotonic()
        if now - self._looked < 1:
            return False
        self._looked = now
        if self._client.status != "running":
            raise SetupError("scheduler_gone")
        if self._client.nthreads():
            self._seen = now
        elif now - self._seen > ALONE_SECONDS:
            raise SetupError("workers_gone", seconds=ALONE_SECONDS)
        return True


def said_of(future: Future, result: Any) -> Said:
    # Not what its status says: if its worker died just now, it is to be made again.
    if isinstance(result, Said):
        return result
    error = future.exception()
    if isinstance(error, KilledWorker):
        return Said("", Text("cohort.killed", {"times": KILLS}))
    return Said("", Text("cohort.raised", {"reason": f"{error}"[:300]}))
