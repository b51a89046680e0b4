"""Silent stages earn nothing; a sample of what `python -m tests.unbegun` tries."""

import pytest

from grader.catalogue import load
from grader.run import Engine
from tests.unbegun import graded_without, is_silent


@pytest.mark.parametrize(("slug", "number"), [("blog", 6), ("jobs", 4), ("shop", 2)])
def test_silent_stage_earns_nothing_beside_all_others(
    engine: Engine, slug: str, number: int
) -> None:
    problem = load(slug)

    found = graded_without(engine, problem, problem.stage(number))

    assert is_silent(found)
