"""What is not begun is one line, costs nothing, and changes no verdict."""

import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from grader import starter
from grader.catalogue import SLUGS, Problem, load
from grader.learner.begun import standing
from grader.learner.grading import grade, mark
from grader.learner.record import remember
from grader.paths import SOLUTIONS, STARTER
from grader.results import StageResult
from tests.learner.sample import check, failure


@pytest.fixture
def mine(blog: Problem, tmp_path: Path) -> Path:
    """A learner's copy of the starter; returns the package."""
    starter.build(blog, tmp_path)
    return tmp_path / "blog"


def nobody() -> NoReturn:
    raise AssertionError("services were opened")


@pytest.mark.parametrize("slug", SLUGS)
def test_untouched_starter_needs_no_services(slug: str) -> None:
    result = grade(nobody, [load(slug)], STARTER, "en")

    assert all(stage.not_begun for stage in result.problems[0].stages)
    assert (result.score, result.max_score) == (0, 100)
    assert not result.passed


@pytest.mark.parametrize("slug", SLUGS)
def test_reference_is_begun_everywhere(slug: str) -> None:
    assert not standing(load(slug), SOLUTIONS).stages


def test_layout_and_comments_are_no_code(blog: Problem, mine: Path) -> None:
    file = mine / "services.py"
    file.write_text(f"# A thought.\n\n{file.read_text('utf-8')}", "utf-8")

    assert standing(blog, mine.parent).untouched


def test_stage_that_was_written_is_begun(blog: Problem, mine: Path) -> None:
    shutil.copy(SOLUTIONS / "blog" / "slugs.py", mine)

    found = standing(blog, mine.parent)

    assert found.stages == set(range(2, 9))
    assert not found.elsewhere
    sure = [s.number for s in blog.stages if found.sure_of_nothing(s)]
    assert sure == [2, 6, 8]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mine.py", "x = 1\n"),
        ("slugs.py", '"""Slugs."""\n\n\ndef helper(): ...\n'),
        ("main.py", "def ("),
        ("schema.sql", "CREATE TABLE x ();\n"),
    ],
)
def test_code_elsewhere_may_do_the_work(
    blog: Problem, mine: Path, file: str, text: str
) -> None:
    (mine / file).write_text(text, "utf-8")

    found = standing(blog, mine.parent)

    assert found.elsewhere
    sure = [s.number for s in blog.stages if found.sure_of_nothing(s)]
    assert sure == [8]


def test_given_package_of_ones_own_counts(tmp_path: Path) -> None:
    shop = load("shop")
    starter.build(shop, tmp_path)
    shutil.copytree(SOLUTIONS / "given", tmp_path / "given")
    assert standing(shop, tmp_path).untouched
    with (tmp_path / "given" / "app.py").open("a") as file:
        file.write("\nMORE = 1\n")

    assert standing(shop, tmp_path).elsewhere


def test_a_test_begins_the_last_stage(blog: Problem, mine: Path) -> None:
    (mine / "tests" / "test_mine.py").write_text("def test_it(): ...\n")

    assert standing(blog, mine.parent).stages == set(range(1, 8))


@pytest.mark.parametrize(
    ("key", "elsewhere", "expected"),
    [
        ("failure.status", False, True),
        ("failure.status", True, False),
        ("failure.not_written", True, True),
    ],
)
def test_routes_that_answer_501_were_not_written_elsewhere(
    blog: Problem, mine: Path, key: str, elsewhere: bool, expected: bool
) -> None:
    if elsewhere:
        (mine / "mine.py").touch()
    stage = StageResult(1, "", [check("create_then_read", "failed", 1, failure(key))])

    mark(stage, standing(blog, mine.parent))

    assert stage.not_begun == expected


def test_points_make_a_stage_begun(blog: Problem, mine: Path) -> None:
    stage = StageResult(3, "", [check("writes_need_a_token", "passed")])

    mark(stage, standing(blog, mine.parent))

    assert not stage.not_begun


def test_what_is_not_begun_is_no_attempt(
    blog: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else three gradings of everything would open the reference of all stages."""
    monkeypatch.setattr("grader.learner.record.attempt", lambda slug: "changed")

    kept = remember(grade(nobody, [blog], STARTER, "en"))

    assert kept
    assert not any(kept[1].stage("blog", s.number).attempts for s in blog.stages)
