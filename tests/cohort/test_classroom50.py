"""Classroom 50 refuses a whole result for one wrong number: ours keeps its rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from grader.catalogue import load
from grader.environment import chosen
from grader.errors import SetupError
from grader.paths import ROOT
from grader.report import classroom50
from grader.results import CheckResult, ProblemResult, Result, StageResult

HOME = ROOT / "classroom" / "classroom50"
SCHEMA = json.loads((HOME / "result.schema.json").read_text("utf-8"))
WHO = {
    "CLASSROOM": "cs50",
    "ASSIGNMENT": "blog",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "https://github.com/ada/blog/commit/1",
    "RELEASE_URL": "https://github.com/ada/blog/releases/1",
    "REVIEW_URL": "https://github.com/ada/blog/pull/1",
}
# 2026-09-01T10:00:00Z, as people in Shanghai see it.
WHEN = "2026-09-01T18:00:00+08:00"


def git(*words: str, cwd: Path) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    env = {**os.environ, "GIT_COMMITTER_DATE": WHEN, "GIT_AUTHOR_DATE": WHEN}
    done = subprocess.run(
        ["git", *who, *words],
        cwd=cwd,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "ada"
    folder.mkdir()
    git("init", "-q", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "work", cwd=folder)
    return folder


@pytest.fixture
def who(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHO.items():
        monkeypatch.setenv(f"WORKBOOK_{name}", value)


def result(target: Path, *scores: float, status: str = "failed") -> Result:
    stage = load("blog").stages[0]
    checks = []
    for check, score in zip(stage.checks, scores, strict=False):
        found = "passed" if score == check.points else status
        title = check.title["en"]
        checks.append(CheckResult(check.id, title, found, check.points, score, 0.1))
    stages = [StageResult(1, stage.title["en"], checks)]
    return Result(str(target), "en", {}, [ProblemResult("blog", stages)])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_parts_of_points_become_whole_numbers(
    checkout: Path, who: None, language: str
) -> None:
    graded = result(checkout, 0.5, 1 / 3, 0)
    data = json.loads(classroom50.render(graded, language))

    jsonschema.validate(data, SCHEMA)
    assert [test["score"] for test in data["tests"]] == [50, 33, 0]
    assert data["score"] == 83
    assert data["max-score"] == 100 * graded.max_score
    for one in (data, *data["tests"]):
        assert {type(one["score"]), type(one["max-score"])} == {int}
        assert one["score"] <= one["max-score"]


def test_time_is_the_commits_in_utc(checkout: Path, who: None) -> None:
    data = json.loads(classroom50.render(result(checkout, 0), "en"))

    assert data["datetime"] == "2026-09-01T10:00:00Z"
    assert data["submission"] == "submit/1"


def test_what_was_not_judged_is_no_zero(checkout: Path, who: None) -> None:
    for graded in (result(checkout, 0, status="error"), result(checkout)):
        with pytest.raises(SetupError, match="no result was written"):
            classroom50.render(graded, "en")


def test_who_it_is_must_be_known(
    checkout: Path, who: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKBOOK_ASSIGNMENT")

    with pytest.raises(SetupError, match="ASSIGNMENT"):
        classroom50.render(result(checkout, 0), "en")


def test_what_its_runner_says_reaches_the_grader() -> None:
    import runpy

    autograder = runpy.run_path(str(HOME / "autograder.py"))
    told = {f"WORKBOOK_{name}": WHO[name] for name in classroom50.IDENTITY.values()}

    assert set(autograder["who"]()) == set(told)
    assert chosen(told) == told


NOXFILE = """
import json, sys
words = sys.argv
out, body = (words[words.index(name) + 1] for name in ("--classroom50", "--summary"))
{does}
"""
WRITES = (
    "open(out, 'w').write(json.dumps(words[1:])); open(body, 'w').write('# Points')"
)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    folder = tmp_path / "workbook"
    folder.mkdir()
    git("init", "-q", cwd=folder)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=folder)
    return folder


def autograde(workbook: Path, checkout: Path, does: str) -> int:
    """Have the autograder fetch a workbook whose noxfile does that."""
    (workbook / "noxfile.py").write_text(NOXFILE.format(does=does), "utf-8")
    git("add", "-A", cwd=workbook)
    git("commit", "-q", "-m", "it", cwd=workbook)
    text = (HOME / "autograder.py").read_text("utf-8")
    text = text.replace("https://github.com/OWNER/NAME", workbook.as_uri())
    text = text.replace("0" * 40, git("rev-parse", "HEAD", cwd=workbook))
    (checkout / "autograder.py").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "autograder.py"], cwd=checkout, stderr=subprocess.DEVNULL
    )
    return done.returncode


def test_autograder_grades_with_the_workbook_of_its_commit(
    workbook: Path, checkout: Path
) -> None:
    (checkout / "starter").mkdir()

    assert autograde(workbook, checkout, WRITES) == 0
    words = json.loads((checkout / "result.json").read_text())
    assert words[:4] == ["-s", "grade", "--", "blog"]
    assert words[words.index("--target") + 1] == str(checkout / "starter")
    assert (checkout / "release-body.md").exists()


@pytest.mark.parametrize("does", ["sys.exit(1)", f"{WRITES}; sys.exit(1)", "pass"])
def test_autograder_that_cannot_grade_fails_and_leaves_no_result(
    workbook: Path, checkout: Path, does: str
) -> None:
    """Not even one that the student committed."""
    (checkout / "result.json").write_text('{"score": 100}')

    assert autograde(workbook, checkout, does) == 1
    assert not (checkout / "result.json").exists()
