"""Judges one claim after another in a process of its own."""

import tempfile
import time
from pathlib import Path

from grader.catalogue import Problem, load
from grader.errors import Cancelled, SetupError
from grader.files import write_files
from grader.proof.apps import app_files, checks_asked
from grader.proof.claims import Claim, Found, Verdict
from grader.results import CheckResult, StageResult
from grader.run import Engine

_engine: Engine | SetupError | None = None


def open_engine() -> None:
    """What stops it is told by the first claim: here it would only break the pool."""
    global _engine
    try:
        _engine = Engine()
    except SetupError as error:
        _engine = error


def judge(slug: str, claim: Claim) -> Verdict:
    """Grade one app; SetupError when there is no engine for it."""
    if isinstance(_engine, SetupError):
        raise _engine
    assert _engine
    problem, started = load(slug), time.perf_counter()
    stages = [problem.stage(number) for number in claim.stages]
    asked: set[str] = set()
    for stage in stages:
        asked |= checks_asked(problem, claim.app, stage)
    if claim.checks is not None:
        asked &= claim.checks
    without = {check.id for stage in stages for check in stage.checks} - asked
    own = claim.app.variation.stage
    listener = Listener(own)
    with tempfile.TemporaryDirectory() as scratch:
        write_files(app_files(problem, claim.app), Path(scratch))
        try:
            whole = _engine.grade(
                [problem],
                Path(scratch),
                "en",
                claim.stages,
                listener,
                without,
                cancelled=lambda: claim.until_refused and listener.refused,
            )
            graded = whole.problems[0].stages
        except Cancelled:
            graded = list(listener.stages.values())
        finally:
            # Hundreds of apps are judged by one server, whose data lies in memory.
            _engine.tidy()
    verdict = Verdict(claim, time.perf_counter() - started)
    for result in graded:
        verdict.stages[result.number] = found(result, own)
    return verdict


class Listener:
    """Hears what was judged, up to the first refusal."""

    def __init__(self, own: int | None) -> None:
        self._own = own
        self.refused = False
        self.stages: dict[int, StageResult] = {}

    def begin(self, problem: Problem, checks: int) -> None:
        pass

    def judged(self, problem: Problem, stage: int, check: CheckResult) -> None:
        # What comes after a refusal may have been cut short.
        if not self.refused:
            self.stages.setdefault(stage, StageResult(stage, "")).checks.append(check)
            self.refused = refuses(check, self._own)

    def ran_tests(self, problem: Problem, runs: int) -> None:
        pass


def found(stage: StageResult, own: int | None) -> Found:
    """What the suite said on one stage of an app whose bug, if any, is of `own`."""
    bad = [check for check in stage.checks if refuses(check, own)]
    return Found(
        passed=len(stage.checks) - len(bad),
        refused=[check.id for check in bad],
        errors=[
            f"{check.id}: {(check.failure or {}).get('got')}"
            for check in bad
            if check.status == "error"
        ],
        score=sum(check.score for check in stage.checks),
        down=[check.id for check in bad if is_down(check)],
    )


def is_down(check: CheckResult) -> bool:
    """Whether the app did not start."""
    key = str((check.failure or {}).get("key"))
    return key == "failure.start_timeout" or key.startswith("failure.down.")


def refuses(check: CheckResult, own: int | None) -> bool:
    """Whether it did not pass; one that waits for the bug's `own` stage names it."""
    if check.status == "blocked" and check.failure:
        return bool(check.failure["params"].get("stage") != own)
    return check.status != "passed"
