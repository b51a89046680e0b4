"""Proves that silent stages earn nothing: each is graded on the reference without it.

    python -m tests.unbegun             # all of them
    python -m tests.unbegun blog jobs   # only these problems

All other stages are done, so nothing of theirs can earn more in a learner's app.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader import starter
from grader.catalogue import SLUGS, Problem, Stage, load
from grader.learner.begun import standing
from grader.learner.rewind import rewound
from grader.learner.start_over import names_by_file
from grader.paths import SOLUTIONS
from grader.results import StageResult
from grader.run import Engine


def without(problem: Problem, stage: Stage, target: Path) -> None:
    """Write the reference into `target`, with what one stage asks for as given."""
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch)
        starter.build(problem, given)
        for name in problem.packages:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOLUTIONS / name, target / name, ignore=ignored)
        for file, names in names_by_file(stage).items():
            mine = target / problem.slug / file
            text = (given / problem.slug / file).read_text("utf-8")
            mine.write_text(rewound(mine.read_text("utf-8"), text, names), "utf-8")
        marker = given / problem.slug / "unwritten.py"
        if marker.exists():
            shutil.copy(marker, target / problem.slug)


def graded_without(engine: Engine, problem: Problem, stage: Stage) -> StageResult:
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch)
        without(problem, stage, target)
        assert standing(problem, target).stages == {stage.number}
        result = engine.grade([problem], target, "en", [stage.number])
    return result.problems[0].stages[0]


def is_silent(found: StageResult) -> bool:
    """Nothing was earned, and not just because the app does not start without it."""
    keys = {(check.failure or {"key": ""})["key"] for check in found.checks}
    down = any(key.startswith("failure.down") for key in keys)
    return found.status != "error" and not found.score and not down


def silent_stages(slugs: list[str]) -> Iterator[tuple[Problem, Stage]]:
    for slug in slugs:
        problem = load(slug)
        yield from ((problem, stage) for stage in problem.stages if stage.silent)


if __name__ == "__main__":
    wrong = 0
    with Engine() as engine:
        for problem, stage in silent_stages(sys.argv[1:] or list(SLUGS)):
            found = graded_without(engine, problem, stage)
            holds = is_silent(found)
            wrong += not holds
            points = f"{found.score:g}/{found.points}"
            print(f"{problem.slug} {stage.number} {points} {holds}", flush=True)
    sys.exit(1 if wrong else 0)
