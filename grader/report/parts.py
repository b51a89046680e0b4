"""What all reports say: the score line, a stage's state, a failure as plain text."""

from grader.report.failure import clean, explained
from grader.results import CheckResult, ProblemResult, Result, StageResult, rounded
from grader.texts import say


def failure_as_text(check: CheckResult, language: str, target: str) -> str:
    """A failed check as plain text, for reports that have no more than that."""
    if not check.failure:
        return ""
    return "\n".join(str(part) for part in explained(check.failure, language, target))


def score_line(problem: ProblemResult, language: str) -> str:
    checks = sum(len(s.checks) for s in problem.stages if not s.not_begun)
    score, points = rounded(problem.score), problem.max_score
    if left := problem.not_judged:
        told = {"score": score, "points": points, "left": left}
        return say("ui.score_incomplete", language, **told)
    return say("ui.score", language, score=score, points=points, checks=checks)


def confinement(result: Result, language: str) -> str:
    """What the code could reach while it was graded; nothing if nobody noted it."""
    key = result.confinement
    return say(f"ui.{key}", language) if key else ""


def points_of(result: StageResult | CheckResult) -> str:
    return f"{rounded(result.score)}/{result.points}"


def state_of(stage: StageResult, language: str) -> str:
    """What a stage's row says beside its points; nothing when it passed."""
    if stage.status == "passed":
        return ""
    if stage.not_begun:
        return say("ui.not_begun", language)
    if stage.status == "blocked":
        waits = {(c.failure or {})["params"].get("stage") for c in stage.checks}
        return say("ui.waits", language, stage=min(waits))
    passed = sum(check.status == "passed" for check in stage.checks)
    return say("ui.checks_passed", language, passed=passed, checks=len(stage.checks))


def failed_checks(stage: StageResult) -> list[CheckResult]:
    """Those that need a word: they did not pass, and the stage's state says no why."""
    if stage.not_begun or stage.status == "blocked":
        return []
    return [check for check in stage.checks if check.status != "passed"]


def caught_lines(check: CheckResult, language: str) -> list[str]:
    """How many planted bugs the learner's tests caught, and what the others do."""
    if not check.caught:
        return []
    caught, of = check.caught["caught"], check.caught["of"]
    missed = [f"– {clean(story[language])}" for story in check.caught["missed"]]
    key = "caught_some" if missed else "caught_all"
    return [say(f"ui.{key}", language, caught=caught, of=of), *missed]
