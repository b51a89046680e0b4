"""Workflows, tasks and containers: valid, and reading what the tool really prints."""

import json
import re
import subprocess
import sys

import pytest

from grader.paths import ROOT
from grader.report.failure import explained
from tests.learner.sample import failure

WORKFLOWS = sorted(
    [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("classroom/**/*.yml")]
)


def test_workflows_follow_githubs_schema() -> None:
    assert len(WORKFLOWS) >= 2
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, "vendor.github-workflows", *map(str, WORKFLOWS)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_problem_matcher_reads_the_line_of_a_report(language: str) -> None:
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text("utf-8"))["tasks"]
    matchers = [task["problemMatcher"] for task in tasks if task["problemMatcher"]]
    parts = explained(
        failure(exception="ValueError: no"), language, str(ROOT / "starter")
    )
    line = "    " + next(str(part) for part in parts if part.kind == "place")

    assert len(matchers) == 2
    for matcher in matchers:
        found = re.match(matcher["pattern"]["regexp"], line)
        assert found
        assert found[1].endswith("starter/blog/services.py")
        assert (found[2], found[3]) == ("42", "ValueError: no (create_post)")


def test_container_is_what_it_seems() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    # Comments are allowed there.
    data = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))

    assert "--shm-size=2g" in data["runArgs"]
    assert data["forwardPorts"] == [8000]
