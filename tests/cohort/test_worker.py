"""What a worker does with a job, short of starting an app."""

import os
from pathlib import Path

import pytest

from grader import requirements
from grader.catalogue import Problem
from grader.cohort import worker
from grader.cohort.job import Job, Outcome, files_of
from grader.cohort.judged_by import judged_by
from grader.cohort.store import checked
from grader.cohort.submission import Person, Submission
from grader.cohort.worker import grade_one, only_ours, told
from grader.learner.home import ELSEWHERE
from grader.paths import LIBRARIES


def job(blog: Problem, home: Path, *stages: int) -> Job:
    submission = Submission("ada", [Person("Ada")], "ada", home, "", {"blog": home})
    files = files_of(submission, [blog])
    return Job("ada", ["blog"], stages, "zh", files, judged_by([blog], stages))


@pytest.fixture(autouse=True)
def shut_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever this machine can do; locks lie in a folder of the test."""
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "workbook"))
    monkeypatch.setattr(worker, "must_be_shut_in", lambda: None)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """What students begin with."""
    from grader import starter
    from grader.catalogue import load

    starter.build(load("blog"), tmp_path / "given")
    return tmp_path / "given"


def test_starter_is_graded_without_services(
    blog: Problem, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not begun is known without asking, in a class, too."""
    monkeypatch.setattr(worker, "Engine", None)
    one = job(blog, given, 1, 2)

    said = told(grade_one, one)

    assert said.why is None
    result, why = checked(Outcome(one, said.text))
    assert why is None
    assert result
    assert result["target"] == "ada"
    assert result["score"] == 0
    assert [stage["number"] for stage in result["problems"][0]["stages"]] == [1, 2]


def test_result_on_something_else_is_none(blog: Problem, given: Path) -> None:
    one = job(blog, given, 1)
    text = told(grade_one, one).text
    other = Job("bob", ["shop"], [1], "en", {}, "")

    assert checked(Outcome(other, text))[0] is None


def test_libraries_of_a_submission_are_there_for_it_alone(
    blog: Problem, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (given / "requirements.txt").write_text("left==1\n")
    seen: list[str] = []

    def grade(*_: object) -> object:
        seen.append(os.environ[LIBRARIES])
        raise RuntimeError("enough")

    monkeypatch.setattr(requirements, "installed", lambda target: target / "lib")
    monkeypatch.setattr("grader.learner.grading.grade", grade)
    said = told(grade_one, job(blog, given, 1))

    assert said.why
    assert said.why.params["reason"] == "RuntimeError: enough"
    assert [Path(path).name for path in seen] == ["lib"]
    assert LIBRARIES not in os.environ


def test_libraries_that_cannot_be_installed_are_one_sentence(
    blog: Problem, given: Path
) -> None:
    (given / "requirements.txt").write_text("git+https://example.org/left\n")

    said = told(grade_one, job(blog, given, 1))

    assert said.why
    assert said.why.key == "setup.cohort_requirements"


def test_shell_that_a_worker_was_started_from_decides_nothing() -> None:
    shell = {"PYTEST_ADDOPTS": "-x", "PATH": "/bin", "PGSSLMODE": "require"}

    only_ours(shell)

    assert shell == {"PATH": "/bin"}
