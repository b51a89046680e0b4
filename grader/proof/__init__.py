"""Proves the verdicts: right apps pass, wrong ones are refused where they are wrong."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, TypeVar

from rich.console import Console

from grader.catalogue import Problem
from grader.cores import cores
from grader.errors import SetupError
from grader.proof.apps import App, apps
from grader.proof.claims import (
    Claim,
    Verdict,
    alone,
    bug_claims,
    claims_for,
    concerned,
    holds,
    hole_claims,
    in_full,
    quick_claims,
    refusals,
)
from grader.proof.holes import holes
from grader.proof.origins import Cell, cells, not_as_pinned, state_of_files
from grader.proof.record import read_record, row_of, unproven, write_record
from grader.proof.show import matrix, show_unproven, show_verdict
from grader.proof.worker import judge, open_engine
from grader.starter import is_fresh

Digests = Mapping[Cell, str]
# How much is asked: every cell; those that are not proven on these files, bugs by the
# checks that refused them before; each bug on one check; a bug of each stage; or what
# is known to pass though it is wrong. Only the first two are kept in the record.
PARTS: dict[str, Callable[[Problem, Sequence[str]], list[Claim]]] = {
    "all": lambda p, only: claims_for(p, concerned(cells(p), only)),
    "stale": lambda p, only: claims_for(p, concerned(unproven(p), only), refusals(p)),
    "bugs": lambda p, only: _of(bug_claims(p), only),
    "quick": lambda p, only: _of(quick_claims(p), only),
    "holes": lambda p, only: _of(hole_claims(p), only),
}


def _of(claims: Sequence[Claim], only: Sequence[str]) -> list[Claim]:
    return [claim for claim in claims if not only or claim.app.id in only]


def check(problems: Sequence[Problem]) -> int:
    """Tell, without a server, which rows are not proven on these files; 1 if any."""
    console = Console(highlight=False, soft_wrap=True)
    stale = {problem.slug: unproven(problem) for problem in problems}
    for problem in problems:
        show_unproven(problem, stale[problem.slug], console)
    return 1 if any(stale.values()) else 0


def prove(
    problems: Sequence[Problem],
    language: str,
    only: Sequence[str] = (),
    *,
    part: str = "all",
    record: bool = False,
) -> int:
    """Print each problem's confusion matrix; 0 when every claim holds, else 1.

    `part` is a key of PARTS. `record` keeps what holds in the repository as it comes,
    and drops what does not, so that a proof that was stopped goes on with "stale".
    """
    if record and (wrong := not_as_pinned()):
        raise SetupError("not_as_pinned", pins=", ".join(wrong))
    console = Console(highlight=False, soft_wrap=True)
    every_one = True
    claims = {problem.slug: PARTS[part](problem, only) for problem in problems}
    # Of what is not stale nothing is asked, and rightly.
    if part != "stale" and (unasked := set(only) - asked(claims.values())):
        raise SetupError("not_asked", ids=", ".join(sorted(unasked)), part=part)
    with workers() as pool:
        runs = [Run(problem, console, record=record) for problem in problems]
        judge_all(pool, {run: claims[run.problem.slug] for run in runs})
    for run in runs:
        every_one &= starter_is_fresh(run.problem, console)
        console.print(matrix(run.problem, run.verdicts(), language))
        every_one &= all(verdict.holds for verdict in run.verdicts())
    for problem in problems:
        show_unproven(problem, unproven(problem), console)
    console.print("every claim holds" if every_one else "NOT PROVEN", style="bold")
    return 0 if every_one else 1


def asked(claims: Iterable[Sequence[Claim]]) -> set[str]:
    """The ids of the apps of which something is asked."""
    return {claim.app.id for some in claims for claim in some}


class Asking(Protocol):
    """Whoever has claims on a problem's apps judged."""

    problem: Problem

    def take(self, verdict: Verdict) -> list[Claim]:
        """Hear a verdict; returns what to ask next."""


# All keys of one mapping are of one such type.
Asks = TypeVar("Asks", bound=Asking)


@contextmanager
def workers() -> Iterator[Executor]:
    """Processes that judge; they end, too, once the block raises."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores(), context, initializer=open_engine) as pool:
        try:
            yield pool
        except BaseException:
            # What they judge may take minutes, and nobody waits for it.
            for worker in multiprocessing.active_children():
                worker.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def judge_all(pool: Executor, asked: Mapping[Asks, Sequence[Claim]]) -> None:
    """Have the workers judge all claims; each verdict is taken as it comes."""
    waiting: dict[Future[Verdict], Asks] = {}
    again = dict(asked)
    while again or waiting:
        for run, claims in again.items():
            for claim in claims:
                waiting[pool.submit(judge, run.problem.slug, claim)] = run
        again = {}
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            run = waiting.pop(future)
            again.setdefault(run, [])
            again[run] = [*again[run], *run.take(future.result())]


class Run:
    """The verdicts on one problem's apps, kept in the record as they come."""

    def __init__(self, problem: Problem, console: Console, *, record: bool) -> None:
        self.problem = problem
        self._console = console
        # What the apps are made from, as it is before they are judged.
        self._state = state_of_files()
        self._digests: Digests = cells(problem) if record else {}
        self._found: dict[App, Verdict] = {}

    def verdicts(self) -> list[Verdict]:
        """What was found of each app, in the order of the matrix."""
        order = [app.id for app in [*apps(self.problem), *holes(self.problem)]]
        return sorted(self._found.values(), key=lambda v: order.index(v.claim.app.id))

    def take(self, verdict: Verdict) -> list[Claim]:
        """Keep a verdict, that of a group for its members; returns what to ask next."""
        show_verdict(verdict, self.problem, self._console)
        claim = verdict.claim
        if claim.app.kind != "group":
            self._note(verdict)
            if self._digests and claim.checks is not None and not verdict.holds:
                # The checks that refused it before do so no more; others may.
                return [in_full(claim)]
        elif verdict.holds or len(claim.bugs) == 1:
            for bug in claim.bugs:
                self._note(verdict.of(App("bug", bug)))
        else:
            # It shows only that some bug of the group is refused: judge each alone.
            return list(alone(claim))
        return []

    def _note(self, verdict: Verdict) -> None:
        app = verdict.claim.app
        known = self._found.setdefault(app, replace(verdict, stages={}))
        known.stages |= verdict.stages
        if self._digests:
            self._keep(verdict)

    def _keep(self, verdict: Verdict) -> None:
        """Write what holds into the record, and take out what does not."""
        if state_of_files() != self._state:
            raise SetupError("changed_meanwhile")
        app, record = verdict.claim.app, read_record(self.problem)
        row = row_of(record, app)
        for stage, found in verdict.stages.items():
            digest = self._digests.get(Cell(app, stage))
            if digest and holds(app, stage, found):
                row.keep(stage, digest, found.refused)
            else:
                row.drop(stage)
        write_record(self.problem, record)


def starter_is_fresh(problem: Problem, console: Console) -> bool:
    """Whether `starter/` is what the generator makes of the reference."""
    fresh = is_fresh(problem)
    if not fresh:
        text = f"starter/{problem.slug} is stale: run nox -s starter"
        console.print(text, style="red")
    return fresh
