"""Generated pages are fresh, and every objective is taught and graded."""

import pytest

from docs.generate.generators import GENERATORS
from docs.generate.objectives import DOCS, Objective, read
from docs.generate.texts import LANGUAGES, twin
from grader.catalogue import SLUGS, load

OBJECTIVES = read().objectives
EVERY_OBJECTIVE = pytest.mark.parametrize(
    "objective", OBJECTIVES, ids=lambda objective: objective.page
)


@pytest.mark.parametrize(
    "generator", GENERATORS, ids=lambda generator: generator.__name__
)
def test_what_is_generated_is_fresh(generator: object) -> None:
    for path, text in generator.files().items():  # type: ignore[attr-defined]
        assert path.read_text("utf-8") == text, f"stale: nox -s docs -- write ({path})"


@EVERY_OBJECTIVE
def test_every_objective_is_taught(objective: Objective) -> None:
    for language in LANGUAGES:
        page = twin(DOCS / "concepts" / f"{objective.page}.md", language)
        assert page.is_file(), page


@EVERY_OBJECTIVE
def test_every_objective_is_graded_by_a_named_stage(objective: Objective) -> None:
    assert objective.stages
    for slug, number in objective.stages:
        if slug in read().planned:
            continue
        stage = load(slug).stage(number)
        assert all(stage.title.values())
        assert stage.points > 0


def test_planned_problems_are_not_there_yet() -> None:
    assert not read().planned & set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_stage_leads_to_a_page_that_explains_it(slug: str) -> None:
    """A concept page that no stage names could not be found from the work."""
    alone = [
        s.number for s in load(slug).stages if not read().graded_by((slug, s.number))
    ]

    assert alone == []
