"""Progress: remembered, compared, and never lost to a damaged file."""

import json
from pathlib import Path

import jsonschema
import pytest

from grader.catalogue import Problem
from grader.learner import progress, record
from grader.learner.position import chosen_stage, current_stage
from grader.learner.record import Difference, remember
from grader.paths import ROOT, STARTER
from grader.results import CheckResult, ProblemResult, Result, StageResult

SCHEMA = ROOT / "grader" / "learner" / "progress.schema.json"


def graded(*states: str, at: str = "2026-11-25T12:00:00+00:00") -> Result:
    """A grading of stage 1 of the blog, a check for each state."""
    checks = [
        CheckResult(f"c{n}", f"Check {n}", s, 1, float(s == "passed"), 0.1)
        for n, s in enumerate(states)
    ]
    stages = [StageResult(1, "One", checks)]
    return Result(str(STARTER), "en", {}, [ProblemResult("blog", stages)], at)


def remembered(result: Result) -> Difference:
    kept = remember(result)
    assert kept is not None
    return kept[0]["blog"]


def test_file_follows_its_schema(elsewhere: Path) -> None:
    remember(graded("passed", "failed"))

    data = json.loads((elsewhere / "progress.json").read_text("utf-8"))
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    assert progress.Progress.from_json(data) == progress.load()


def test_what_changed_is_told() -> None:
    remember(graded("passed", "failed", "failed"))

    difference = remembered(graded("failed", "passed", "failed"))

    assert [check.id for check in difference.mended] == ["c1"]
    assert [check.id for check in difference.broken] == ["c0"]


def test_first_pass_keeps_its_time_and_report(elsewhere: Path) -> None:
    assert remembered(graded("passed")).stages_passed == [1]
    again = remembered(graded("passed", at="2026-11-26T12:00:00+00:00"))

    assert again.stages_passed == []
    stage = progress.load().stage("blog", 1)
    assert stage.passed_at == "2026-11-25T12:00:00+00:00"
    report = json.loads((elsewhere / stage.report).read_text("utf-8"))
    assert report["problems"][0]["stages"][0]["status"] == "passed"


def test_other_targets_have_no_progress() -> None:
    result = graded("passed")
    result.target = "solutions"

    assert remember(result) is None


def test_only_different_attempts_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for digest in ("untouched", "a", "a", "b"):
        monkeypatch.setattr(record, "attempt", lambda slug, d=digest: d)
        remember(graded("failed"))

    assert progress.load().stage("blog", 1).attempts == ["a", "b"]


def test_layout_and_comments_are_no_new_attempt(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    before = record.digest(tmp_path)

    (tmp_path / "a.py").write_text("# why\nx  =  1\n")
    assert record.digest(tmp_path) == before
    (tmp_path / "a.py").write_text("x = 2\n")
    assert record.digest(tmp_path) != before


def test_untouched_starter_is_no_attempt() -> None:
    assert record.attempt("blog", STARTER) == "untouched"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"schema": "fastapi-workbook/progress/2", "problems": {}}',
        b'{"schema": "fastapi-workbook/progress/1", "problems": {"blog": {"x": {}}}}',
        b'{"schema": "fastapi-workbook/progress/1", "problems": {"blog": {"1":'
        b' {"checks": {"a": "won"}}}}}',
        b"[" * 100_000,
    ],
)
def test_damaged_file_is_set_aside_and_said(elsewhere: Path, content: bytes) -> None:
    elsewhere.mkdir()
    (elsewhere / "progress.json").write_bytes(content)

    kept = remember(graded("passed"))

    assert kept is not None
    assert kept[1].notice is not None
    assert "damaged" in kept[1].notice.render("en")
    aside = elsewhere / "progress-damaged-1.json"
    assert aside.read_bytes() == content
    assert progress.load().stage("blog", 1).passed


def test_folder_that_cannot_be_written_is_said(elsewhere: Path) -> None:
    elsewhere.write_text("a file where the folder should be")

    with pytest.raises(progress.NotKept) as failed:
        remember(graded("passed"))

    assert "Everything else works" in failed.value.text.render("en")


def test_place_is_the_first_open_stage_of_the_last_problem(blog: Problem) -> None:
    assert chosen_stage(progress.load(), None, None) == (blog, blog.stage(1))
    remember(graded("passed"))

    assert current_stage(progress.load(), blog) == 2
    assert chosen_stage(progress.load(), "blog", 5)[1].number == 5
