"""What all reports say: the score line, the next step, a failure as plain text."""

from grader.catalogue import load
from grader.report.failure import explained
from grader.results import CheckResult, ProblemResult, StageResult, rounded
from grader.texts import say

UNJUDGED = ("passed", "blocked")


def failure_as_text(check: CheckResult, language: str, target: str) -> str:
    """A failed check as plain text, for reports that have no more than that."""
    if not check.failure:
        return ""
    return "\n".join(str(part) for part in explained(check.failure, language, target))


def score_line(problem: ProblemResult, language: str) -> str:
    checks = sum(len(stage.checks) for stage in problem.stages)
    score, points = rounded(problem.score), problem.max_score
    if left := problem.not_judged:
        told = {"score": score, "points": points, "left": left}
        return say("ui.score_incomplete", language, **told)
    return say("ui.score", language, score=score, points=points, checks=checks)


def next_step(problem: ProblemResult, language: str) -> str:
    stage = next((s for s in problem.stages if s.status != "passed"), None)
    if stage is None:
        return say("ui.all_passed", language)
    return say(
        "ui.next",
        language,
        stage=stage.number,
        title=stage.title,
        page=f"problems/{page_of(problem.slug, language)}",
        command=f"nox -s grade -- {problem.slug} --stage {stage.number}",
    )


def page_of(slug: str, language: str) -> str:
    """The file name of a statement."""
    return load(slug).page + (".zh.md" if language == "zh" else ".md")


def points_of(result: StageResult | CheckResult) -> str:
    return f"{rounded(result.score)}/{result.points}"


def state_of(stage: StageResult, language: str) -> str:
    """What a stage's row says beside its points; nothing when it passed."""
    if stage.status == "passed":
        return ""
    if stage.status == "blocked":
        waits = {(c.failure or {})["params"].get("stage") for c in stage.checks}
        return say("ui.waits", language, stage=min(waits))
    passed = sum(check.status == "passed" for check in stage.checks)
    return say("ui.checks_passed", language, passed=passed, checks=len(stage.checks))


def failed_checks(stage: StageResult) -> list[CheckResult]:
    """Those that were judged and did not pass."""
    return [check for check in stage.checks if check.status not in UNJUDGED]
