"""The JSON of a result follows its schema and can be told in either language."""

import json
from pathlib import Path

import jsonschema
import pytest

from grader.catalogue import Problem
from grader.report.parts import score_line
from grader.report.translate import translated
from grader.results import CheckResult, ProblemResult, Result, StageResult, write_json
from grader.run import Engine
from tests.grader.conftest import Target

SCHEMA = Path("grader/report/result.schema.json")


@pytest.fixture(scope="module")
def result(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Result:
    from grader.catalogue import load
    from grader.starter import build

    target = tmp_path_factory.mktemp("starter")
    build(load("blog"), target)
    return engine.grade([load("blog")], target, "en", [1, 4])


def test_result_follows_its_schema(result: Result) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.validate(result.to_json(), schema)


def test_written_result_reads_back_the_same(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "new" / "result.json"
    write_json(result, file)

    again = Result.from_json(json.loads(file.read_text("utf-8")))

    assert again.to_json() == result.to_json()
    assert [path.name for path in file.parent.iterdir()] == ["result.json"]


def test_saved_result_is_told_in_the_other_language(result: Result) -> None:
    saved = Result.from_json(json.loads(json.dumps(result.to_json())))

    translated(saved, "zh")

    stage = saved.problems[0].stages[0]
    assert stage.title == "模型、增删查与配置"
    first = stage.checks[0]
    assert first.title.startswith("新文章返回 201")
    assert first.failure
    assert "这个路由还在返回 501" in first.failure["text"]
    assert first.failure["why"].startswith("客户端")


def test_untouched_stage_fails_and_later_ones_are_blocked(result: Result) -> None:
    first, fourth = result.problems[0].stages
    assert (first.status, first.score) == ("failed", 0)
    assert (fourth.status, fourth.score) == ("blocked", 0)
    assert min((c.failure or {})["params"]["stage"] for c in fourth.checks) == 1


def waiting(stage: int) -> CheckResult:
    failure = {"key": "failure.blocked", "params": {"stage": stage}, "text": "waits"}
    return CheckResult("later", "Later", "blocked", 2, 0, 0.1, failure)


def test_a_check_that_waits_for_a_stage_that_passed_has_failed() -> None:
    """Else the point would be lost without a word: reports leave blocked ones out."""
    passed = CheckResult("early", "Early", "passed", 1, 1, 0.1)
    failed = CheckResult("middle", "Middle", "failed", 1, 0, 0.1)
    stages = [[passed], [failed], [passed, waiting(1), waiting(2), waiting(9)]]
    problem = ProblemResult(
        "blog", [StageResult(n, "Stage", checks) for n, checks in enumerate(stages, 1)]
    )

    problem.explain_blocked("en")

    found = problem.stages[2].checks
    statuses = [check.status for check in found]
    assert statuses == ["passed", "failed", "blocked", "blocked"]
    assert found[1].failure
    assert "although the checks of that stage pass" in found[1].failure["text"]


def test_failure_shows_what_was_sent_and_what_came(result: Result) -> None:
    failure = result.problems[0].stages[0].checks[0].failure
    assert failure
    (exchange,) = failure["exchanges"]
    assert exchange["request"].startswith(
        "curl -i -X POST http://127.0.0.1:8000/v1/posts"
    )
    assert "$ALICE_TOKEN" in exchange["request"]
    assert exchange["status"] == 501


def test_a_shapeless_answer_is_the_learners_fault(
    engine: Engine, target: Target, blog: Problem
) -> None:
    """An app that answers everything with a list fails; it never breaks the grader."""
    app = target(
        """
        from fastapi import FastAPI

        def create_app():
            app = FastAPI()

            @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
            def anything(path: str) -> list[int]:
                return [1]

            return app
        """
    )

    result = engine.grade([blog], app, "en", [1, 3, 4, 5, 6, 7])

    statuses = {c.status for s in result.problems[0].stages for c in s.checks}
    assert statuses <= {"failed", "blocked"}
    assert result.score == 0


def test_what_was_not_judged_stays_in_the_maximum() -> None:
    """A result with an error is incomplete; its maximum does not shrink."""
    from tests.learner.sample import result as sample

    made = sample("en")
    (problem,) = made.problems

    assert (problem.max_score, problem.not_judged, made.not_judged) == (10, 1, 1)
    assert made.to_json()["not_judged"] == 1
    assert score_line(problem, "en").startswith("2 of 10 points, 1 not judged")
    assert score_line(problem, "zh").startswith("10 分中得 2 分，另有 1 分未能评判")


def test_failing_to_prepare_is_a_verdict(
    engine: Engine, blog: Problem, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks before the first check, each check says that it is not judged."""

    def broken(*_: object) -> None:
        raise RuntimeError("no database today")

    monkeypatch.setattr(engine.cluster, "create", broken)

    result = engine.grade([blog], target("app = 1"), "en", [1])

    assert (result.score, result.max_score, result.not_judged) == (0, 10, 10)
    failures = [c.failure or {} for c in result.problems[0].stages[0].checks]
    assert all("no database today" in failure["got"] for failure in failures)


def test_grading_that_takes_too_long_ends_with_a_verdict(
    engine: Engine, blog: Problem, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.run.PROBLEM_SECONDS", 0.0)

    result = engine.grade([blog], target("app = 1"), "en", [1])

    checks = result.problems[0].stages[0].checks
    assert {check.status for check in checks} == {"timeout"}
    assert (result.score, result.not_judged) == (0, 0)
