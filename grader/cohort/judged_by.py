"""The digest of what verdicts come from: suites, grader, references, libraries."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from grader import venvs
from grader.catalogue import Problem, load
from grader.paths import ROOT, SOLUTIONS, SUITES
from grader.proof.code import digest_of, reached

ENGINE = ROOT / "grader" / "run.py"
# What is told of a suite, and what was proven of it: no verdict comes from either.
LEFT_OUT = {"proof.json"}


def judged_by(problems: Sequence[Problem], stages: Sequence[int] | None) -> str:
    """Prose of Python does not count; any other change makes verdicts stale."""
    numbers = None if stages is None else tuple(stages)
    return _judged_by(tuple(problem.slug for problem in problems), numbers)


@cache
def _judged_by(slugs: tuple[str, ...], stages: tuple[int, ...] | None) -> str:
    files = {path for slug in slugs for path in _files(load(slug), stages)}
    named = sorted(f"{p.relative_to(ROOT).as_posix()} {digest_of(p)}" for p in files)
    pins = [*venvs.libraries(), *venvs.pinned("grade", "learn")]
    return hashlib.sha256("\n".join([*named, *pins]).encode()).hexdigest()


def _files(problem: Problem, stages: Sequence[int] | None) -> Iterator[Path]:
    suites = [problem.suite(stage.number) for stage in problem.chosen(stages)]
    conftest = SUITES / problem.slug / "conftest.py"
    yield from reached([*suites, ENGINE, *([conftest] if conftest.is_file() else [])])
    yield ROOT / "grader" / "catalogue" / f"{problem.slug}.toml"
    for folder in (
        SUITES / problem.slug,
        SOLUTIONS / problem.slug,
        SOLUTIONS / "given",
    ):
        found = (p for p in folder.rglob("*") if p.suffix in (".py", ".toml", ".ini"))
        yield from (path for path in found if path.name not in LEFT_OUT)
