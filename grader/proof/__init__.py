"""Proves the verdicts: right apps pass, wrong ones are refused where they are wrong."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

from rich.console import Console

from grader.catalogue import Problem
from grader.proof.claims import (
    Claim,
    Verdict,
    all_claims,
    alone,
    bug_claims,
    quick_claims,
)
from grader.proof.record import matrix, tell, write_record
from grader.proof.worker import judge, open_engine
from grader.starter import is_fresh

WORKERS = 2
# How much is proven: in minutes a problem, some ten, two and one.
PARTS: dict[str, Callable[[Problem, Sequence[str]], list[Claim]]] = {
    "all": all_claims,
    "bugs": lambda problem, _: bug_claims(problem),
    "quick": lambda problem, _: quick_claims(problem),
}


def prove(
    problems: Sequence[Problem],
    language: str,
    only: Sequence[str] = (),
    *,
    part: str = "all",
    record: bool = False,
) -> int:
    """Print each problem's confusion matrix; 0 when every claim holds, else 1.

    `part` is a key of PARTS. `record` keeps the matrix of all in the repository, for
    the other parts and for the site.
    """
    console = Console(highlight=False)
    holds = True
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=open_engine) as pool:
        for problem in problems:
            holds &= starter_is_fresh(problem, console)
            claims = PARTS[part](problem, only)
            chosen = [c for c in claims if not only or c.concerns(only)]
            verdicts = Run(pool, problem, console).judged(chosen)
            console.print(matrix(problem, verdicts, language))
            holds &= all(verdict.holds for verdict in verdicts)
            if record and part == "all":
                write_record(problem, verdicts)
    console.print("every claim holds" if holds else "NOT PROVEN", style="bold")
    return 0 if holds else 1


class Run:
    """The claims of one problem, judged by the workers."""

    def __init__(
        self, pool: ProcessPoolExecutor, problem: Problem, console: Console
    ) -> None:
        self._pool = pool
        self._problem = problem
        self._console = console

    def judged(self, claims: Sequence[Claim]) -> list[Verdict]:
        """A verdict on each app; what a group proved is said of its members."""
        verdicts = self._all(claims)
        groups = [v for v in verdicts if v.claim.kind == "group"]
        # One that fails tells only that some member does: ask each of them.
        again = [c for group in groups if not group.holds for c in alone(group.claim)]
        earlier = [*(g for g in groups if g.holds), *self._all(again)]
        own = [v for v in verdicts if v.claim.kind != "group"]
        for verdict in own:
            for part in earlier:
                if verdict.claim.variation.id in part.claim.members:
                    verdict.add(part)
        return own

    def _all(self, claims: Sequence[Claim]) -> list[Verdict]:
        runs: dict[Future[Verdict], int] = {
            self._pool.submit(judge, self._problem.slug, claim): number
            for number, claim in enumerate(claims)
        }
        found: dict[int, Verdict] = {}
        for run in as_completed(runs):
            found[runs[run]] = run.result()
            tell(run.result(), self._console)
        return [found[number] for number in sorted(found)]


def starter_is_fresh(problem: Problem, console: Console) -> bool:
    """Whether `starter/` is what the generator makes of the reference."""
    fresh = is_fresh(problem)
    if not fresh:
        text = f"starter/{problem.slug} is stale: run nox -s starter"
        console.print(text, style="red")
    return fresh
