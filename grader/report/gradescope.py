"""The result as Gradescope's `results.json`: a test a check, points included."""

import json
from collections.abc import Iterator
from typing import Any

from grader.report.failure import clean
from grader.report.next_step import next_step
from grader.report.parts import caught_lines, confinement, failure_as_text, score_line
from grader.results import CheckResult, Result, StageResult, rounded
from grader.texts import say

# Gradescope cuts what is too long by itself, but slowly.
SHOWN_CHARACTERS = 8000


def render(result: Result, language: str) -> str:
    stages = [(p.slug, stage) for p in result.problems for stage in p.stages]
    checks = [check for _, stage in stages for check in stage.checks]
    tests = [
        test for slug, stage in stages for test in _tests(result, slug, stage, language)
    ]
    step = next_step(result, language)
    lines = [
        *(score_line(problem, language) for problem in result.problems),
        step.text,
        step.command,
    ]
    lines += [line for line in [confinement(result, language)] if line]
    environment = {clean(k): clean(str(v)) for k, v in result.environment.items()}
    whole = {
        "score": rounded(result.score),
        "execution_time": round(sum(check.seconds for check in checks)),
        "output": "\n".join(lines),
        "output_format": "text",
        "tests": tests,
        "extra_data": {"environment": environment, "confinement": result.confinement},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _tests(
    result: Result, slug: str, stage: StageResult, language: str
) -> Iterator[dict[str, Any]]:
    if stage.not_begun:
        # One line: that it is not begun says all that its checks could say.
        yield {
            "number": str(stage.number),
            "name": clean(stage.title),
            "name_format": "text",
            "score": 0,
            "max_score": stage.points,
            "status": "failed",
            "output": say("ui.not_begun", language),
            "output_format": "text",
            "tags": [slug, f"stage-{stage.number}", "not_begun"],
            "visibility": "visible",
        }
        return
    for check in stage.checks:
        yield _test(result, slug, stage, check, language)


def _test(
    result: Result, slug: str, stage: StageResult, check: CheckResult, language: str
) -> dict[str, Any]:
    lines = caught_lines(check, language)
    told = "\n".join([*lines, failure_as_text(check, language, result.target)])
    told = told.strip()[:SHOWN_CHARACTERS]
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
