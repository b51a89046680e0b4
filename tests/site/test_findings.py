"""A finding is a script that can be run, names versions, and stands on its page."""

import os
from pathlib import Path

import pytest

from docs.generate.objectives import DOCS
from grader.paths import ROOT

FINDINGS = sorted((ROOT / "findings").glob("*.sh"))


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.stem)
def test_a_finding_says_what_was_seen_and_can_be_run(finding: Path) -> None:
    text = finding.read_text("utf-8")

    assert os.access(finding, os.X_OK)
    assert "# Output seen: " in text
    assert "==" in text


@pytest.mark.parametrize("page", ["findings.md", "findings.zh.md"])
def test_the_page_names_each_finding(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")

    assert len(FINDINGS) >= 8
    assert [f.name for f in FINDINGS if f"../findings/{f.name}" not in text] == []
