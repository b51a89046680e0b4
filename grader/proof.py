"""Proves the verdicts: right apps pass, wrong ones are refused where they are wrong."""

import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import Problem, load
from grader.judge.edits import Variation, correct_variants, planted_bugs, reference
from grader.run import Engine
from grader.starter import build, is_fresh

WORKERS = 2


@dataclass(frozen=True)
class Claim:
    """One app, and what the suite must say of it."""

    kind: str  # "reference", "starter", "variant" or "bug"
    variation: Variation
    stages: tuple[int, ...]


@dataclass
class Verdict:
    """What the suite said: for each stage how many checks passed and which did not."""

    claim: Claim
    seconds: float
    passed: dict[int, int] = field(default_factory=dict)
    failed: dict[int, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    score: float = 0

    @property
    def holds(self) -> bool:
        """Whether it is what was claimed."""
        failing = {stage for stage, names in self.failed.items() if names}
        if self.errors:
            return False
        if self.claim.kind == "bug":
            return failing == {self.claim.variation.stage}
        if self.claim.kind == "starter":
            return self.score == 0
        return not failing


def prove(
    problems: Sequence[Problem], only: Sequence[str], file: Path | None, language: str
) -> int:
    """Print each problem's confusion matrix; 0 when every claim holds, else 1."""
    console = Console(highlight=False)
    holds = True
    matrices = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=open_engine) as pool:
        for problem in problems:
            holds &= starter_is_fresh(problem, console)
            claims = [
                c for c in all_claims(problem) if not only or c.variation.id in only
            ]
            runs = [pool.submit(judge, problem.slug, claim) for claim in claims]
            verdicts = list(told(runs, console))
            console.print(matrix(problem, verdicts, language))
            holds &= all(verdict.holds for verdict in verdicts)
            matrices[problem.slug] = [to_json(verdict) for verdict in verdicts]
    if file:
        file.write_text(
            json.dumps(matrices, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
    console.print("every claim holds" if holds else "NOT PROVEN", style="bold")
    return 0 if holds else 1


def all_claims(problem: Problem) -> list[Claim]:
    everything = tuple(stage.number for stage in problem.stages)
    starter = Variation("starter", {"en": "the starter", "zh": "起始代码"}, ())
    # A variant has the reference's own tests: what they are worth is proven there.
    of_the_app = tuple(s.number for s in problem.stages if not s.own_tests)
    return [
        Claim("reference", reference(), everything),
        Claim("starter", starter, everything),
        *(Claim("variant", v, of_the_app) for v in correct_variants(problem)),
        *(Claim("bug", bug, stages_of(problem, bug)) for bug in planted_bugs(problem)),
    ]


def stages_of(problem: Problem, bug: Variation) -> tuple[int, ...]:
    """The stages that see a bug: its own and those before, or its tests' alone."""
    assert bug.stage
    if problem.stage(bug.stage).own_tests:
        return (bug.stage,)
    return tuple(range(1, bug.stage + 1))


def starter_is_fresh(problem: Problem, console: Console) -> bool:
    """Whether `starter/` is what the generator makes of the reference."""
    fresh = is_fresh(problem)
    if not fresh:
        console.print(
            f"starter/{problem.slug} is stale: run nox -s starter", style="red"
        )
    return fresh


_engine: Engine | None = None


def open_engine() -> None:
    global _engine
    _engine = Engine()


def judge(slug: str, claim: Claim) -> Verdict:
    """Grade one app in a worker process."""
    assert _engine
    problem, started = load(slug), time.perf_counter()
    # Two workers at once make time a poor judge of bugs that are not about it.
    timed = [c for s in problem.stages for c in s.checks if c.why.timed]
    own = claim.variation.stage
    without = [c.id for c in timed if claim.kind == "bug" and c.stage != own]
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch)
        if claim.kind == "starter":
            build(problem, target)
        else:
            claim.variation.build(problem, target)
        result = _engine.grade([problem], target, "en", claim.stages, without=without)
    verdict = Verdict(claim, time.perf_counter() - started, score=result.score)
    for stage in result.problems[0].stages:
        bad = [check for check in stage.checks if check.status != "passed"]
        verdict.passed[stage.number] = len(stage.checks) - len(bad)
        verdict.failed[stage.number] = [check.id for check in bad]
        verdict.errors += [
            f"{check.id}: {(check.failure or {}).get('got')}"
            for check in bad
            if check.status == "error"
        ]
    return verdict


def told(runs: Sequence[Future[Verdict]], console: Console) -> Iterator[Verdict]:
    """The verdicts in order, each told as it comes."""
    for run in runs:
        verdict = run.result()
        mark, style = ("✓", "green") if verdict.holds else ("✗", "red")
        name = f"{verdict.claim.kind} {verdict.claim.variation.id}"
        console.print(Styled(f"{mark} {name}  {verdict.seconds:.1f} s", style))
        if not verdict.holds:
            for stage, names in verdict.failed.items():
                if names:
                    console.print(f"    {stage}: {', '.join(names)}")
            for error in verdict.errors:
                console.print(Styled(f"    {error}", "magenta"))
        yield verdict


def matrix(problem: Problem, verdicts: Sequence[Verdict], language: str) -> Table:
    """Rows are apps, columns stages; a cell counts the checks that refused the app."""
    table = Table(
        title=f"{problem.title[language]} ({problem.slug})", title_justify="left"
    )
    table.add_column("")
    table.add_column("")
    for stage in problem.stages:
        table.add_column(str(stage.number), justify="right")
    table.add_column("")
    for verdict in verdicts:
        cells = [cell(verdict, stage.number) for stage in problem.stages]
        mark = "✓" if verdict.holds else "✗"
        variation = verdict.claim.variation
        table.add_row(verdict.claim.kind, variation.id, *cells, mark)
    return table


def cell(verdict: Verdict, stage: int) -> Styled:
    if stage not in verdict.passed:
        return Styled("")
    refused = len(verdict.failed[stage])
    if refused == 0:
        return Styled("·", "green")
    return Styled(
        str(refused), "red" if verdict.claim.variation.stage == stage else "yellow"
    )


def to_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.claim.kind,
        "id": verdict.claim.variation.id,
        "story": verdict.claim.variation.story,
        "stage": verdict.claim.variation.stage,
        "holds": verdict.holds,
        "refused_by": {
            str(stage): names for stage, names in verdict.failed.items() if names
        },
    }
