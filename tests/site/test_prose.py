"""Prose keeps its rules: the spaces of Chinese, the form of Markdown."""

import json
import subprocess
import sys
from pathlib import Path

import autocorrect_py
import pytest

from docs.generate.objectives import DOCS
from grader.paths import PROBLEMS, ROOT
from tests import pages

CHINESE = sorted([*DOCS.rglob("*.zh.md"), *PROBLEMS.glob("*.md")])
# Brackets of code and links stand where the sentence wants them.
RULES = {"rules": {"space-bracket": 0}, "context": {"codeblock": 0}}


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_chinese_is_spaced(page: Path) -> None:
    autocorrect_py.load_config(json.dumps(RULES))  # type: ignore[attr-defined]
    found = autocorrect_py.lint_for(page.read_text("utf-8"), "markdown").lines

    assert [(line.line, line.old, line.new) for line in found] == []


def test_markdown_is_well_formed() -> None:
    """The English pages: their twins have the same structure."""
    places = [*pages.english_pages(DOCS), *pages.english_pages(PROBLEMS)]
    command = [sys.executable, "-m", "pymarkdown", "scan", *map(str, places)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
