"""Every sentence of a statement has a name, and a planted bug that breaks it."""

import re
import tomllib
from collections import Counter

import pytest

from docs.generate.statements import FORM, repeated, sentences, unmarked
from grader.catalogue import SLUGS, Problem, load
from grader.judge.own_tests.edits import planted_bugs
from grader.paths import PROBLEMS, SUITES
from grader.proof.holes import holes

MARKED = [slug for slug in SLUGS if sentences(load(slug), "en")]


@pytest.fixture(params=MARKED)
def problem(request: pytest.FixtureRequest) -> Problem:
    return load(request.param)


def names(problem: Problem, language: str = "en") -> list[str]:
    return [sentence.id for sentence in sentences(problem, language)]


def test_both_languages_name_the_same_sentences(problem: Problem) -> None:
    assert names(problem) == names(problem, "zh")
    assert repeated(problem, "en") == repeated(problem, "zh")
    graded = [[s.graded for s in sentences(problem, lang)] for lang in ("en", "zh")]
    assert graded[0] == graded[1]


def test_each_name_is_well_formed_and_given_once(problem: Problem) -> None:
    assert [name for name in names(problem) if not FORM.fullmatch(name)] == []
    assert [name for name, n in Counter(names(problem)).items() if n > 1] == []


def test_what_is_said_again_was_said(problem: Problem) -> None:
    assert set(repeated(problem, "en")) <= set(names(problem))


def test_every_stage_has_sentences(problem: Problem) -> None:
    stages = {sentence.stage for sentence in sentences(problem, "en")}

    assert stages == {stage.number for stage in problem.stages}


def test_every_line_of_the_graded_sections_is_marked(problem: Problem) -> None:
    """What needs no mark stands in `docs/generate/statements.py`."""
    assert list(unmarked(problem)) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_bugs_break_sentences_that_are_graded(slug: str) -> None:
    graded = {s.id for s in sentences(load(slug), "en") if s.graded}

    wrong = [*planted_bugs(load(slug)), *(app.variation for app in holes(load(slug)))]
    broken = {name for bug in wrong for name in bug.breaks}

    assert broken <= graded


def test_sentences_without_a_bug_are_those_listed_as_open(problem: Problem) -> None:
    """The list stands at the head of `tests/SLUG/bugs.toml`; aim for none."""
    graded = {s.id for s in sentences(problem, "en") if s.graded}
    broken = {name for bug in planted_bugs(problem) for name in bug.breaks}

    assert sorted(graded - broken) == sorted(open_ones(problem.slug))


def open_ones(slug: str) -> list[str]:
    text = (SUITES / slug / "bugs.toml").read_text("utf-8")
    return [str(name) for name in tomllib.loads(text).get("open", ())]


def test_marks_are_spelled_as_one_of_the_four(problem: Problem) -> None:
    """A misspelled mark would be prose that nobody sees."""
    known = r"<!-- (?:(?:says|says again|not graded): \S+|explains) -->"
    page = (PROBLEMS / f"{problem.page}.md").read_text("utf-8")
    for comment in re.findall(r"<!--.*?-->", page):
        assert re.fullmatch(known, comment) or "github-only" in comment, comment
