"""What a verdict depends on, as digests: one for each app and stage, a cell.

A cell's digest covers the app as it is built, the stage's suite with all of ours that
it imports, what the catalogue decides, and the pinned libraries. Titles, reasons,
texts, statements, hints and comments are left out: mending a sentence costs nothing.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from grader.catalogue import Problem, Stage, load
from grader.judge.own_tests.edits import (
    Files,
    Variation,
    correct_variants,
    planted_bugs,
    quick_hashes,
    reference_files,
)
from grader.paths import ROOT, SOLUTIONS, STARTER, SUITES
from grader.proof.apps import App, app_files, apps, checks_asked
from grader.proof.code import digest_of, reached, without_prose

# What the judge runs besides the suites.
ENGINE = ROOT / "grader" / "run.py"
CONFIGURATION = ROOT / "tests" / "suite.toml"


class Cell(NamedTuple):
    """One app on one stage."""

    app: App
    stage: int


def cells(problem: Problem) -> dict[Cell, str]:
    """Every cell of a problem's matrix, with the digest of what it depends on now."""
    return {
        cell: digest
        for app in apps(problem)
        for cell, digest in cells_of(problem, app).items()
    }


def cells_of(problem: Problem, app: App) -> dict[Cell, str]:
    """Those of one app."""
    files = app_files(problem, app)
    tests = f"{problem.slug}/tests/"
    # An app's own tests matter only where they are judged.
    without = {name: text for name, text in files.items() if not name.startswith(tests)}
    digests = {True: _files(files), False: _files(without)}
    found = {}
    for number in app.stages(problem):
        stage = problem.stage(number)
        parts = {
            "app": digests[stage.own_tests],
            "suite": _suite(problem.slug, number),
            "catalogue": _decided(problem, stage, checks_asked(problem, app, stage)),
            "pins": _pins(own_tests=stage.own_tests),
        }
        if stage.own_tests:
            parts["judged on"] = _judged_on(problem.slug)
        found[Cell(app, number)] = _sum(json.dumps(parts, sort_keys=True))
    return found


def _files(files: Files) -> str:
    # Docstrings of an app stay: they are part of its OpenAPI document.
    told = {
        name: without_prose(text, docstrings=True) if name.endswith(".py") else text
        for name, text in files.items()
    }
    return _sum(json.dumps(told, sort_keys=True))


@cache
def _suite_files(slug: str, number: int) -> frozenset[Path]:
    folder = SUITES / slug
    conftest = [path for path in [folder / "conftest.py"] if path.is_file()]
    return reached([*folder.glob(f"test_{number}_*.py"), *conftest, ENGINE])


@cache
def _suite(slug: str, number: int) -> str:
    """Of the stage's suite, what it imports, and the judge that runs it."""
    files = sorted({*_suite_files(slug, number), CONFIGURATION})
    named = [f"{path.relative_to(ROOT).as_posix()} {digest_of(path)}" for path in files]
    return _sum("\n".join(named))


def _decided(problem: Problem, stage: Stage, asked: frozenset[str]) -> object:
    """What the catalogue decides about a verdict on a stage."""
    return {
        "accounts": problem.accounts_stage,
        "columns": sorted(problem.columns),
        "packages": problem.packages,
        "settings": problem.settings,
        "own_tests": stage.own_tests,
        "checks": [
            [check.id, check.points, check.why.timed]
            for check in stage.checks
            if check.id in asked
        ],
    }


@cache
def _pins(*, own_tests: bool) -> list[str]:
    """The pinned versions of what the app and the judge run on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    pins = [*project["project"]["dependencies"], *groups["grade"]]
    return sorted(pins + groups["learn"] if own_tests else pins)


@cache
def _judged_on(slug: str) -> str:
    """Of every app that learners' tests are judged on."""
    problem = load(slug)
    judged = [_files(reference_files(problem))]
    for variation in _judging(problem):
        flags = (variation.grows, variation.slow, variation.stage is None)
        files = quick_hashes(problem, variation.app(problem))
        judged.append(f"{variation.id} {flags} {_files(files)}")
    return _sum("\n".join(judged))


def _judging(problem: Problem) -> Iterator[Variation]:
    for variation in [*correct_variants(problem), *planted_bugs(problem)]:
        if variation.judges_tests or variation.slow:
            yield variation


def not_as_pinned() -> list[str]:
    """The pins that the installed libraries do not meet: verdicts would be others."""
    return [pin for pin in _pins(own_tests=True) if not _is_installed(pin)]


def _is_installed(pin: str) -> bool:
    name, _, wanted = pin.partition("==")
    try:
        return version(name.partition("[")[0]) == wanted
    except PackageNotFoundError:
        return False


def state_of_files() -> str:
    """Changes whenever a file that a verdict may depend on is written."""
    folders = [ROOT / "grader", SOLUTIONS, SUITES, STARTER]
    paths = [p for f in folders for p in f.rglob("*") if _matters(p)]
    seen = [(str(path), path.stat()) for path in [*paths, ROOT / "pyproject.toml"]]
    return _sum(str(sorted((name, s.st_mtime_ns, s.st_size) for name, s in seen)))


def _matters(path: Path) -> bool:
    """What a proof's record and its readers say is written while verdicts come."""
    said = path.name == "proof.json" or path.parent.name == "settled"
    return path.is_file() and not said and path.suffix != ".pyc"


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
