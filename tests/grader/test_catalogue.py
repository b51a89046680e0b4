"""Catalogue, suites, statements and texts say the same."""

import re
import string

import pytest

from grader.catalogue import SLUGS, Problem, Stage, load
from grader.judge.own_tests.edits import correct_variants, planted_bugs
from grader.paths import PROBLEMS, ROOT, SUITES
from grader.texts import LANGUAGES, catalogue

HEADING = {"en": "## Stage {0}: {1}", "zh": "## 阶段 {0}：{1}"}
POINTS = {"en": "{0} points", "zh": "{0} 分"}
SUFFIX = {"en": ".md", "zh": ".zh.md"}


@pytest.mark.parametrize("slug", SLUGS)
def test_points_of_a_problem_sum_to_100(slug: str) -> None:
    assert load(slug).points == 100


@pytest.mark.parametrize("slug", SLUGS)
def test_every_check_has_its_test_and_every_test_its_check(slug: str) -> None:
    for stage in load(slug).stages:
        suite = load(slug).suite(stage.number).read_text("utf-8")
        tests = re.findall(r"^(?:async )?def test_(\w+)\(", suite, re.M)
        assert [check.id for check in stage.checks] == tests, f"stage {stage.number}"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_check_has_a_sentence_in_both_languages(slug: str) -> None:
    for stage in load(slug).stages:
        for check in stage.checks:
            assert check.title["en"] != check.id, f"{check.id} has no docstring"
            assert re.search(r"[\u4e00-\u9fff]", check.title["zh"]), check.id
            assert "\n" not in check.title["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_statement_has_the_stages_with_their_points(slug: str, language: str) -> None:
    page = PROBLEMS / f"{load(slug).page}{SUFFIX[language]}"
    text = page.read_text("utf-8")
    for stage in load(slug).stages:
        assert POINTS[language].format(stage.points) in section(text, stage, language)


def section(text: str, stage: Stage, language: str) -> str:
    """What a statement says about a stage."""
    heading = HEADING[language].format(stage.number, stage.title[language])
    assert f"\n{heading}\n" in text, heading
    return text.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def test_both_languages_have_the_same_texts() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert english.keys() == chinese.keys()
    for key in english:
        assert fields(english[key]) == fields(chinese[key]), key


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_expectation_has_its_sentence() -> None:
    """No suite and no judge fails with a key that the texts lack."""
    used: set[str] = set()
    call = re.compile(
        r"(?:expect\.(?:equal|true|at_most|fail)|CheckFailed|CheckTimeout|AppDown)"
        r"\(\s*\"(\w+)\""
    )
    for path in [*SUITES.rglob("*.py"), *(ROOT / "grader").rglob("*.py")]:
        if path.parent.name != "grader":
            used |= set(call.findall(path.read_text("utf-8")))
    assert len(used) > 50
    assert {f"failure.{key}" for key in used} <= catalogue("en").keys()


@pytest.mark.parametrize("slug", SLUGS)
def test_bugs_and_variants_are_told_apart(slug: str) -> None:
    bugs, variants = planted_bugs(load(slug)), correct_variants(load(slug))
    ids = [variation.id for variation in [*bugs, *variants]]
    assert len(ids) == len(set(ids))
    assert len(bugs) >= 24
    assert len(variants) >= 6
    assert all(bug.stage for bug in bugs)
    assert not any(variant.stage for variant in variants)
    stages = {stage.number for stage in load(slug).stages}
    assert {bug.stage for bug in bugs} == stages, "a stage without a planted bug"


def test_no_stages_are_not_all_stages(blog: Problem) -> None:
    assert blog.chosen(None) == list(blog.stages)
    assert blog.chosen([]) == []
    assert blog.chosen([3, 1]) == [blog.stage(3), blog.stage(1)]
