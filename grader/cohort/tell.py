"""What the terminal says of a class: what was found, and how far the grading is."""

from collections.abc import Iterator, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from grader.cohort.find import Found
from grader.cohort.job import Job
from grader.cohort.store import Store
from grader.texts import say


def told(
    found: Found,
    jobs: Sequence[Job],
    todo: Sequence[Job],
    store: Store,
    language: str,
) -> Iterator[str]:
    """The sentences before a grading: each thing that is not graded has its own."""
    for unplaced in found.unplaced:
        yield f"– {unplaced.source}: {unplaced.why.render(language)}"
    for submission in found.submissions:
        for note in submission.notes:
            yield f"· {submission.id}: {note.render(language)}"
    counts = {"found": len(jobs), "todo": len(todo), "held": len(jobs) - len(todo)}
    yield say("cohort.counts", language, **counts)
    held = [job for job in jobs if job not in todo]
    if stale := sum(is_stale(job, store) for job in held):
        yield say("cohort.stale", language, count=stale)


def is_stale(job: Job, store: Store) -> bool:
    kept = store.get(job.id)
    return bool(kept and kept.judged_by != job.judged_by)


class Progress:
    """One bar: how many are done, how fast, how long still, and who is in work."""

    def __init__(self, console: Console, total: int) -> None:
        self._bar = Bar(
            BarColumn(20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[who]}", markup=False),
            console=console,
        )
        self._task = self._bar.add_task("", total=total, rate="", who="")

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def now(self, names: Sequence[str]) -> None:
        self._bar.update(self._task, who=", ".join(names))

    def done(self) -> None:
        self._bar.advance(self._task)
        task, console = self._bar.tasks[0], self._bar.console
        if not console.is_terminal:
            # Where no line can be drawn anew, each is a line of a log.
            console.print(f"… {task.completed:.0f}/{task.total:.0f}")
        speed = self._bar.tasks[0].finished_speed or self._bar.tasks[0].speed
        rate = f"{speed * 60:.1f}/min" if speed else ""
        self._bar.update(self._task, rate=rate)
