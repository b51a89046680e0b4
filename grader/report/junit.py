"""The result as JUnit XML: a suite a stage, a case a check."""

from grader.report.elements import Element, as_xml, element
from grader.report.failure import clean, source
from grader.report.parts import failure_as_text
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import say

# What JUnit calls our states; a check that passed has no such child.
CHILDREN = {
    "failed": "failure",
    "timeout": "failure",
    "blocked": "skipped",
    "error": "error",
}


def render(result: Result, language: str) -> str:
    suites = [
        _suite(result, problem, stage, language)
        for problem in result.problems
        for stage in problem.stages
    ]
    stages = [stage for problem in result.problems for stage in problem.stages]
    return as_xml(element("testsuites", *suites, **_counts(stages)))


def _suite(
    result: Result, problem: ProblemResult, stage: StageResult, language: str
) -> Element:
    cases = (
        [_not_begun(problem, stage, check, language) for check in stage.checks]
        if stage.not_begun
        else [_case(result, problem, stage, c, language) for c in stage.checks]
    )
    name = f"{problem.slug} {stage.number}: {clean(stage.title)}"
    stamp = {"timestamp": result.graded_at} if result.graded_at else {}
    value = result.confinement
    noted = element("properties", element("property", name="confinement", value=value))
    counts = _counts([stage])
    return element("testsuite", noted, *cases, name=name, **counts, **stamp)


def _counts(stages: list[StageResult]) -> dict[str, str]:
    checks = [check for stage in stages for check in stage.checks]
    found = [
        "skipped" if stage.not_begun else CHILDREN.get(check.status)
        for stage in stages
        for check in stage.checks
    ]
    return {
        "tests": str(len(checks)),
        "failures": str(found.count("failure")),
        "errors": str(found.count("error")),
        "skipped": str(found.count("skipped")),
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }


def _not_begun(
    problem: ProblemResult, stage: StageResult, check: CheckResult, language: str
) -> Element:
    skipped = element("skipped", message=say("ui.not_begun", language))
    return element(
        "testcase",
        skipped,
        classname=f"{problem.slug}.stage_{stage.number}",
        name=clean(check.title),
        time="0.000",
    )


def _case(
    result: Result,
    problem: ProblemResult,
    stage: StageResult,
    check: CheckResult,
    language: str,
) -> Element:
    failure = check.failure or {}
    place = {}
    if where := failure.get("where"):
        place = {"file": source(failure, result.target), "line": str(where["line"])}
    case = element(
        "testcase",
        classname=f"{problem.slug}.stage_{stage.number}",
        name=clean(check.title),
        time=f"{check.seconds:.3f}",
        **place,
    )
    if child := CHILDREN.get(check.status):
        told = failure_as_text(check, language, result.target)
        said = clean(failure.get("text", "")).replace("\n", " ")
        whole = [told] if child != "skipped" else []
        case.append(element(child, *whole, message=said))
    return case
