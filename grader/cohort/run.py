"""Grades a class: what is missing or changed, and then the tables of all."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console

from grader.catalogue import Problem
from grader.cohort.find import Found, find
from grader.cohort.job import Job, Outcome, files_of
from grader.cohort.judged_by import judged_by
from grader.cohort.look_alike import write_similar
from grader.cohort.outputs import write_all, write_one
from grader.cohort.roster import read_roster
from grader.cohort.rows import ERROR, Row, rows
from grader.cohort.shut_in import must_be_shut_in, must_not_be_open
from grader.cohort.store import Kept, Store
from grader.cohort.tell import Progress, told
from grader.cohort.worker import grade_one
from grader.errors import SetupError
from grader.texts import Text


@dataclass
class Plan:
    """What the command line asks for."""

    folder: Path
    problems: Sequence[Problem]
    out: Path
    # None for all.
    stages: Sequence[int] | None = None
    roster: Path | None = None
    # Where a cluster is; without it, this machine is one.
    scheduler: str | None = None
    workers: int | None = None
    trusted: bool = False
    again: Sequence[str] = ()
    stale: bool = False
    formats: Sequence[str] = ()
    similar: bool = False


def grade_class(
    plan: Plan,
    language: str,
    console: Console,
    grade: Callable[[Job], str] = grade_one,
) -> list[Row]:
    """Grade what is to be graded; results of each are on disk before the next comes."""
    roster = read_roster(plan.roster) if plan.roster else None
    if not (plan.trusted or plan.scheduler):
        must_be_shut_in()
        must_not_be_open([plan.folder, plan.out])
    with tempfile.TemporaryDirectory(prefix="cohort-") as scratch:
        found = find(plan.folder, plan.problems, Path(scratch), plan.out)
        store = Store(plan.out)
        jobs = jobs_of(plan, found, language)
        todo = to_do(plan, jobs, store)
        for line in told(found, jobs, todo, store, language):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        try:
            if todo:
                run(plan, todo, store, language, console, scratch, grade)
        finally:
            made = rows(found, store, roster)
            write_all(store, made, found, plan.formats, language)
        if plan.similar:
            write_similar(store, jobs, plan.problems)
    return made


def jobs_of(plan: Plan, found: Found, language: str) -> list[Job]:
    jobs: list[Job] = []
    for submission in found.submissions:
        theirs = [p for p in plan.problems if p.slug in submission.packages]
        judges = judged_by(theirs, plan.stages)
        files = files_of(submission, theirs)
        slugs = [problem.slug for problem in theirs]
        jobs.append(
            Job(
                submission.id, slugs, plan.stages, language, files, judges, plan.trusted
            )
        )
    return jobs


def to_do(plan: Plan, jobs: Sequence[Job], store: Store) -> list[Job]:
    """What is missing or has changed, and what is asked for again."""
    if unknown := set(plan.again) - {job.id for job in jobs}:
        raise SetupError("cohort_again", names=", ".join(sorted(unknown)))
    return [job for job in jobs if job.id in plan.again or is_due(plan, job, store)]


def is_due(plan: Plan, job: Job, store: Store) -> bool:
    kept = store.get(job.id)
    if kept is None or not kept.answers(job):
        return True
    return plan.stale and kept.judged_by != job.judged_by


def run(
    plan: Plan,
    todo: Sequence[Job],
    store: Store,
    language: str,
    console: Console,
    scratch: str,
    grade: Callable[[Job], str],
) -> None:
    with opened(plan, scratch) as cluster, Progress(console, len(todo)) as progress:
        for outcome in cluster.outcomes(todo, grade, progress.now):
            kept = store.keep(outcome)
            if kept.graded:
                write_one(store, kept, language)
            progress.done()
            if kept.reason:
                console.print(
                    complaint(kept, kept.reason, language), markup=False, soft_wrap=True
                )


class Cluster(Protocol):
    """Grades jobs side by side; `show` is told now and then whose are in work."""

    def outcomes(
        self,
        jobs: Sequence[Job],
        grade: Callable[[Job], str],
        show: Callable[[list[str]], None],
    ) -> Iterator[Outcome]: ...


def opened(plan: Plan, scratch: str) -> AbstractContextManager[Cluster]:
    try:
        from grader.cohort.cluster import local, remote
    except ModuleNotFoundError as error:
        raise SetupError("cohort_dask") from error
    if plan.scheduler:
        return remote(plan.scheduler)
    return local(scratch, plan.workers)


def complaint(kept: Kept, reason: Text, language: str) -> str:
    return f"✗ {kept.id}: {reason.render(language)}"


def failed(made: Sequence[Row]) -> bool:
    return any(row.state == ERROR for row in made)
