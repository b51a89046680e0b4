"""Remembers a grading; returns how it differs from the last one."""

import ast
import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from grader import starter
from grader.catalogue import load
from grader.files import content, files_of
from grader.learner.home import home
from grader.learner.progress import KEPT_ATTEMPTS, Progress, StageProgress, changing
from grader.paths import STARTER
from grader.results import CheckResult, ProblemResult, Result, StageResult, write_json


@dataclass
class Difference:
    """Checks whose state is another than at the last grading of their stage."""

    since: str = ""
    mended: list[CheckResult] = field(default_factory=list)
    broken: list[CheckResult] = field(default_factory=list)
    stages_passed: list[int] = field(default_factory=list)


def remember(result: Result) -> tuple[dict[str, Difference], Progress] | None:
    """Keep the verdicts of `starter/`; None for other targets, which have no progress.

    Raises NotKept when nothing can be written.
    """
    if Path(result.target).resolve() != STARTER:
        return None
    with changing() as progress:
        found = {p.slug: _problem(progress, p, result) for p in result.problems}
    return found, progress


def _problem(progress: Progress, problem: ProblemResult, result: Result) -> Difference:
    difference = Difference()
    alone = Result(
        result.target,
        result.language,
        result.environment,
        [problem],
        result.graded_at,
        result.findings,
        confinement=result.confinement,
    )
    reports = home() / "reports"
    write_json(alone, reports / f"{problem.slug}.json")
    tried = ""
    for stage in problem.stages:
        if stage.status == "error":
            continue
        known = progress.stage(problem.slug, stage.number)
        _compare(known, stage, difference)
        if stage.status == "passed" and not known.passed_at:
            name = f"reports/{problem.slug}-stage-{stage.number}.json"
            write_json(alone, home() / name)
            known.passed_at, known.report = result.graded_at, name
            difference.stages_passed.append(stage.number)
        elif stage.status == "failed" and not stage.not_begun and room(known):
            tried = tried or attempt(problem.slug)
            if tried not in ("untouched", *known.attempts):
                known.attempts.append(tried)
        known.judged_at = result.graded_at
        known.checks = {check.id: check.status for check in stage.checks}
    return difference


def room(known: StageProgress) -> bool:
    return len(known.attempts) < KEPT_ATTEMPTS


def _compare(known: StageProgress, stage: StageResult, difference: Difference) -> None:
    difference.since = max(difference.since, known.judged_at)
    for check in stage.checks:
        before = known.checks.get(check.id)
        if before is None or "error" in (before, check.status):
            continue
        if check.status == "passed" and before != "passed":
            difference.mended.append(check)
        elif before == "passed" and check.status != "passed":
            difference.broken.append(check)


def attempt(slug: str, target: Path = STARTER) -> str:
    """A digest of what the code says, whatever its layout; "untouched" for none."""
    mine = digest(target / slug)
    with tempfile.TemporaryDirectory() as scratch:
        starter.build(load(slug), Path(scratch))
        return "untouched" if digest(Path(scratch) / slug) == mine else mine


def digest(package: Path) -> str:
    found = hashlib.sha256()
    for path in files_of(package):
        said = content(path)
        if path.suffix == ".py":
            said = _meaning(said)
        name = path.relative_to(package).as_posix()
        found.update(f"{name}\0{len(said)}\0".encode() + said)
    return found.hexdigest()[:16]


def _meaning(content: bytes) -> bytes:
    try:
        return ast.dump(ast.parse(content)).encode()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return content
