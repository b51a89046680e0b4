"""The result as Gradescope's `results.json`: a test a check, points included."""

import json
from typing import Any

from grader.report.failure import clean
from grader.report.parts import failure_as_text, next_step, score_line
from grader.results import CheckResult, Result, StageResult, rounded

# Gradescope cuts what is too long by itself, but slowly.
SHOWN_CHARACTERS = 8000


def render(result: Result, language: str) -> str:
    checks = [
        (problem.slug, stage, check)
        for problem in result.problems
        for stage in problem.stages
        for check in stage.checks
    ]
    tests = [_test(result, *each, language) for each in checks]
    lines = [
        line
        for problem in result.problems
        for line in (score_line(problem, language), next_step(problem, language))
    ]
    environment = {clean(k): clean(str(v)) for k, v in result.environment.items()}
    whole = {
        "score": rounded(result.score),
        "execution_time": round(sum(check.seconds for _, _, check in checks)),
        "output": "\n".join(lines),
        "output_format": "text",
        "tests": tests,
        "extra_data": {"environment": environment},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _test(
    result: Result, slug: str, stage: StageResult, check: CheckResult, language: str
) -> dict[str, Any]:
    told = failure_as_text(check, language, result.target)[:SHOWN_CHARACTERS]
    number = stage.checks.index(check) + 1
    return {
        "number": f"{stage.number}.{number}",
        "name": clean(check.title),
        "name_format": "text",
        "score": rounded(check.score),
        "max_score": check.points,
        "status": "passed" if check.status == "passed" else "failed",
        "output": told,
        "output_format": "text",
        "tags": [slug, f"stage-{stage.number}", check.status],
        "visibility": "visible",
    }
