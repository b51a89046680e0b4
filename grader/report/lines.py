"""The lines of a terminal that explain a failure, and which failures are one."""

import json
from collections.abc import Iterable

from rich.text import Text as Styled

from grader.report.failure import Part
from grader.results import CheckResult

STYLES = {
    "request": "cyan",
    "answer": "dim",
    "aside": "dim",
    "earlier": "dim",
    "log": "dim",
}
# What says all there is to say in its first sentence.
KNOWN = ("failure.not_written", "failure.blocked")
# Why an app did not start.
DOWN = ("import", "factory", "create_app", "lifespan", "library", "no_app", "exit")
# What keeps an app from running, or any check from being judged.
COMMON_CAUSES = {
    *(f"failure.down.{why}" for why in DOWN),
    "failure.start_timeout",
    "failure.files_changed",
    "failure.cut_short",
    "failure.grading_time",
}


def styled(part: Part) -> Styled:
    if not part.label:
        return Styled(str(part), STYLES.get(part.kind, ""))
    line = Styled.assemble((part.lead, "dim"), part.text)
    if part.kind in ("place", "link"):
        # Never broken by us: a problem matcher reads it line by line, and links open.
        line.no_wrap = True
    return line


def summary(part: Part) -> Styled:
    return Styled(part.text, "dim")


def by_cause(checks: Iterable[CheckResult]) -> list[list[CheckResult]]:
    """The checks that failed for one reason together, in the order of the first."""
    groups: dict[str, list[CheckResult]] = {}
    for check in checks:
        groups.setdefault(_cause(check) or check.id, []).append(check)
    return list(groups.values())


def _cause(check: CheckResult) -> str:
    """What is told once for all the checks that it fails, or nothing."""
    failure = check.failure or {"key": ""}
    if failure["key"] in COMMON_CAUSES:
        return json.dumps([failure["text"], failure["got"]])
    if failure["key"] in KNOWN:
        return json.dumps([check.status, failure["text"]])
    return ""
