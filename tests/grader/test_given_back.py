"""A stage that was given back takes no points of another: a sample, graded."""

import shutil
from pathlib import Path

import pytest

from grader.catalogue import load
from grader.learner import start_over
from grader.paths import SOLUTIONS
from grader.run import Engine

# What a stage's reset came nearest to: a check of an earlier stage, in shared code.
SAMPLE = [
    ("blog", 7, 5, "full_pool_answers_503"),
    ("jobs", 8, 3, "complete"),
    ("jobs", 8, 6, "concurrency_is_bounded_and_reached"),
    ("chat", 8, 6, "kick_reaches_open_sockets"),
    ("chat", 8, 7, "shutdown_says_goodbye"),
    ("shop", 7, 6, "payment_charges_once"),
]


@pytest.mark.parametrize(("slug", "given_back", "stage", "check"), SAMPLE)
def test_check_of_an_earlier_stage_still_passes(
    slug: str, given_back: int, stage: int, check: str, engine: Engine, tmp_path: Path
) -> None:
    problem = load(slug)
    for name in problem.packages:
        shutil.copytree(SOLUTIONS / name, tmp_path / name)
    start_over.reset_stage(problem, problem.stage(given_back), tmp_path)
    others = {c.id for c in problem.stage(stage).checks} - {check}

    result = engine.grade([problem], tmp_path, "en", [stage], without=others)

    [judged] = result.problems[0].stages[0].checks
    assert judged.status == "passed", judged.failure
