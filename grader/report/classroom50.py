"""The result as Classroom 50's `result.json`: whole numbers, and who handed in what."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from grader.catalogue import load
from grader.errors import SetupError
from grader.report.failure import clean
from grader.results import Result

SCHEMA = "classroom50/result/v1"
# It takes whole numbers only. The same for all, so that maxima are the same for all.
SCALE = 100
# Its key, and the environment variable that its runner sets. They reach us with a
# prefix: OWNER or USERNAME of some shell are nobody's submission.
PREFIX = "WORKBOOK_"
IDENTITY = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def render(result: Result, language: str) -> str:
    """SetupError when something was not judged: it must not look like a zero."""
    tests = list(_tests(result, language))
    if result.not_judged or not tests:
        raise SetupError("classroom50_not_judged")
    whole = {
        "schema": SCHEMA,
        **_identity(),
        "datetime": _committed(result.target),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _tests(result: Result, language: str) -> Iterator[dict[str, Any]]:
    for problem in result.problems:
        for stage in problem.stages:
            known = {c.id: c for c in load(problem.slug).stage(stage.number).checks}
            for check in stage.checks:
                titled = known.get(check.id)
                title = titled.title[language] if titled else check.title
                most = check.points * SCALE
                yield {
                    "test-name": clean(f"{problem.slug} {stage.number}: {title}"),
                    "passed": check.status == "passed",
                    "score": min(most, round(check.score * SCALE)),
                    "max-score": most,
                }


def _identity() -> dict[str, str]:
    given = {k: os.environ.get(PREFIX + name, "") for k, name in IDENTITY.items()}
    # Not every submission is under review, or released.
    needed = [key for key in given if key not in ("release", "review")]
    missing = [PREFIX + IDENTITY[key] for key in needed if not given[key]]
    if missing:
        raise SetupError("classroom50_identity", names=", ".join(missing))
    return given


def _committed(target: str) -> str:
    """When what is graded was committed: by that a deadline is kept."""
    command = ["git", "-C", target, "log", "-1", "--format=%ct"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = int(said.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise SetupError("classroom50_commit", target=target) from error
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
