"""The next step: always one, a command to copy, with the options as they were given."""

import io

import pytest
from rich.console import Console

from grader.catalogue import SLUGS, load
from grader.cli import main
from grader.report.next_step import Step, next_step
from grader.report.terminal import Screen
from grader.results import ProblemResult, Result, StageResult
from tests.learner.sample import check


def graded(slug: str, *states: str, first: int = 1) -> ProblemResult:
    """Stages from `first` on, with a check of each of these states."""
    stages = []
    for number, state in enumerate(states, first):
        found = [check("c", "failed" if state == "not_begun" else state)]
        stage = StageResult(number, f"Stage {number}", found)
        stage.not_begun = state == "not_begun"
        stages.append(stage)
    return ProblemResult(slug, stages)


def step(*problems: ProblemResult, language: str = "en", **options: str) -> Step:
    result = Result("starter", language, {}, list(problems), options=options)
    return next_step(result, language)


def passed(slug: str) -> ProblemResult:
    return graded(slug, *["passed"] * len(load(slug).stages))


def test_stage_that_failed_comes_again() -> None:
    assert step(graded("blog", "passed", "failed", "failed")).command == (
        "nox -s grade -- blog --stage 2"
    )


def test_options_are_said_again_as_they_were_given() -> None:
    found = step(graded("blog", "failed"), target="../my apps", lang="zh")

    assert found.command == (
        "nox -s grade -- blog --stage 1 --target '../my apps' --lang zh"
    )


def test_pass_leads_to_the_next_stage() -> None:
    found = step(graded("blog", "passed", first=3))

    assert found.command == "nox -s grade -- blog --stage 4"
    assert "Relations, paging and N+1" in found.text
    assert "problems/01-blog-api-database.md" in found.text


def test_last_stage_alone_leads_to_all_of_them() -> None:
    assert step(graded("blog", "passed", first=8)).command == "nox -s grade -- blog"


def test_whole_problem_leads_to_the_next_one() -> None:
    found = step(passed("blog"), language="zh", lang="zh")

    assert found.command == "nox -s grade -- shop --lang zh"
    assert "problems/02-ecommerce-product-api.zh.md" in found.text


def test_last_problem_leads_to_the_reference() -> None:
    found = step(passed("chat"), target="../mine")

    assert found.command == "nox -s compare -- chat 1"


def test_begun_problem_goes_before_others() -> None:
    others = [graded("blog", "not_begun"), graded("jobs", "passed", "failed")]

    assert step(*others).command == "nox -s grade -- jobs --stage 2"


def test_fault_of_the_grader_is_no_success() -> None:
    found = step(graded("blog", "passed", "error", "failed"))

    assert "no verdict" in found.text
    assert found.command == ("nox -s grade -- blog --stage 2 --json result.json")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("width", [40, 80])
def test_command_stands_alone_and_whole(language: str, slug: str, width: int) -> None:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    options = {"lang": language, "target": "/a/rather/long/folder/with/my/work"}
    result = Result("mine", language, {}, [graded(slug, "failed")], options=options)
    screen = Screen(language, console=console)

    screen.show(result)
    screen.next(result)

    assert isinstance(console.file, io.StringIO)
    last = console.file.getvalue().splitlines()[-1]
    assert last.strip() == next_step(result, language).command


def test_progress_ends_with_a_command_to_copy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["progress", "blog", "--lang", "zh"]) == 0

    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "    nox -s grade -- blog --stage 1 --lang zh"
