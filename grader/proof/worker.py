"""Judges one claim after another in a process of its own."""

import tempfile
import time
from pathlib import Path

from grader.catalogue import Problem, load
from grader.judge.own_tests.edits import correct_variants
from grader.proof.claims import Claim, Verdict
from grader.results import CheckResult, StageResult
from grader.run import Engine
from grader.starter import build

_engine: Engine | None = None


def open_engine() -> None:
    global _engine
    _engine = Engine()


def judge(slug: str, claim: Claim) -> Verdict:
    """Grade one app."""
    assert _engine
    problem, started = load(slug), time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch)
        if claim.kind == "starter":
            build(problem, target)
        else:
            claim.variation.build(problem, target)
        if claim.kind in ("bug", "group"):
            hash_quickly(problem, claim, target)
        without = left_out(problem, claim)
        result = _engine.grade([problem], target, "en", claim.stages, without=without)
    verdict = Verdict(claim, time.perf_counter() - started, score=result.score)
    for stage in result.problems[0].stages:
        note(verdict, stage)
    return verdict


def hash_quickly(problem: Problem, claim: Claim, target: Path) -> None:
    """Spare bugs the price of good password hashes, where these are no lesson."""
    if not problem.given and claim.variation.stage == problem.accounts_stage:
        return
    touched = {edit.file for edit in claim.variation.edits}
    for quicker in correct_variants(problem):
        if quicker.speeds_tests and not touched & {e.file for e in quicker.edits}:
            quicker.apply(target / problem.slug)


def left_out(problem: Problem, claim: Claim) -> list[str]:
    """Two workers at once make time a poor judge of bugs that are not about it."""
    checks = [check for stage in problem.stages for check in stage.checks]
    if claim.checks:
        return [check.id for check in checks if check.id not in claim.checks]
    if claim.kind not in ("bug", "group"):
        return []
    own = claim.variation.stage
    return [c.id for c in checks if c.why.timed and c.stage != own]


def refuses(check: CheckResult, own: int | None) -> bool:
    """Whether it did not pass; one that waits for the bug's `own` stage names it."""
    if check.status == "blocked" and check.failure:
        return bool(check.failure["params"].get("stage") != own)
    return check.status != "passed"


def note(verdict: Verdict, stage: StageResult) -> None:
    own = verdict.claim.variation.stage
    bad = [check for check in stage.checks if refuses(check, own)]
    verdict.passed[stage.number] = len(stage.checks) - len(bad)
    verdict.failed[stage.number] = [check.id for check in bad]
    verdict.errors += [
        f"{check.id}: {(check.failure or {}).get('got')}"
        for check in bad
        if check.status == "error"
    ]
