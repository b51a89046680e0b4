"""Every test remembers in a folder of its own."""

from pathlib import Path

import pytest

from grader.catalogue import Problem, load
from grader.learner.home import ELSEWHERE


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for `.workbook/`."""
    folder = tmp_path / "workbook"
    monkeypatch.setenv(ELSEWHERE, str(folder))
    return folder


@pytest.fixture
def blog() -> Problem:
    return load("blog")
