"""The overview says what the results say, and shows names as text."""

from pathlib import Path

import pytest

from grader.catalogue import load
from grader.cohort import overview
from grader.cohort.find import Found
from grader.cohort.rows import ERROR, GRADED, MISSING, Row
from grader.cohort.statistics import hardest, missed_bugs, standings
from grader.cohort.submission import Person, Unplaced
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import Text

BLOG = load("blog")
STORY = {"en": "It forgets.", "zh": "它会忘记。"}


def row(name: str, *failed: str) -> Row:
    """A student who passes all of stages 1 and 2 but these checks."""
    stages = []
    for stage in BLOG.stages[:2]:
        checks = []
        for check in stage.checks:
            bad = check.id in failed
            status, score = ("failed", 0) if bad else ("passed", check.points)
            title = check.title["en"]
            checks.append(
                CheckResult(check.id, title, status, check.points, score, 0.1)
            )
        stages.append(StageResult(stage.number, stage.title["en"], checks))
    result = Result(name, "en", {}, [ProblemResult("blog", stages)])
    return Row(Person(name), GRADED, name, name, 1, result)


FIRST, SECOND = BLOG.stages[0].checks[0].id, BLOG.stages[1].checks[0].id


@pytest.fixture
def rows() -> list[Row]:
    return [
        row("<b>ada</b>"),
        row("王小明", SECOND),
        row("bob", FIRST, SECOND),
        row("cy", SECOND),
        Row(Person("eve"), MISSING),
        Row(Person("dan"), ERROR, notes=[Text("cohort.killed", {"times": 3})]),
    ]


def test_who_stands_before_which_check(rows: list[Row]) -> None:
    by_id = {one.check.id: one for one in standings(rows)}

    assert by_id[FIRST].stuck == ["bob"]
    assert by_id[SECOND].stuck == ["王小明", "cy"]
    assert len(by_id[SECOND].passed) == 1
    assert by_id[SECOND].asked == 4
    assert [one.check.id for one in hardest(standings(rows))] == [SECOND, FIRST]


def test_bugs_that_the_class_misses(rows: list[Row]) -> None:
    for one, missed in zip(rows[:3], ([], [STORY], [STORY]), strict=True):
        assert one.result
        check = one.result.problems[0].stages[0].checks[0]
        check.caught = {"caught": 1, "of": 2, "missed": missed}

    assert missed_bugs(rows) == [(STORY, 2, 3)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_shows_all_of_it_in_both_languages(rows: list[Row], language: str) -> None:
    found = Found(unplaced=[Unplaced("old.zip", Text("cohort.older", {"kept": "x"}))])
    page = overview.render(rows, found, language)

    assert "<b>ada" not in page
    assert "&lt;b&gt;ada" in page
    assert page.index(">王小明</a>") < page.index(">bob</a>")
    check = BLOG.check(2, SECOND)
    # What stands between backticks is code on the page.
    for text in (check.title[language], check.why.text[language]):
        assert text.rpartition("`")[2] in page
    assert "`" not in page
    for told in ("eve", "dan", "old.zip"):
        assert f"<li>{told}" in page
    assert "students/%E7%8E%8B%E5%B0%8F%E6%98%8E/report.html" in page
    assert "<script" not in page


def test_page_of_a_class_of_nobody(tmp_path: Path) -> None:
    assert "<h1>" in overview.render([], Found(), "en")
