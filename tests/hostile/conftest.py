"""A copy of the repository for each attack, graded in a process of its own."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.levels import copied

SECONDS = 300
Submit = Callable[..., "Graded"]


@dataclass(frozen=True)
class Graded:
    """What the command wrote, and where."""

    repository: Path
    result: dict[str, Any]
    printed: str
    code: int

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        (problem,) = self.result["problems"]
        return {check["id"]: check for s in problem["stages"] for check in s["checks"]}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What the grader consists of, where an attack may do as it likes."""
    copy = tmp_path / "workbook"
    copied(copy)
    return copy


@pytest.fixture
def submit(repository: Path, tmp_path: Path) -> Submit:
    """Grade `blog/main.py`, or files by their name, at one stage."""

    def submit(main: str, stage: int = 1, **environment: str) -> Graded:
        package = tmp_path / "submission" / "blog"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / "main.py").write_text(textwrap.dedent(main), "utf-8")
        return grade(repository, package.parent, stage, **environment)

    return submit


def grade(repository: Path, target: Path, stage: int, **environment: str) -> Graded:
    """Run the command in a copy of the repository, as a teacher would."""
    file = repository / "result.json"
    command = [sys.executable, "-m", "grader", "grade", "blog", "--lang", "en"]
    command += ["--stage", str(stage), "--target", str(target), "--json", str(file)]
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    run: dict[str, Any] = {"cwd": repository, "env": own, "timeout": SECONDS}
    ran = subprocess.run(command, capture_output=True, text=True, **run)
    result = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return Graded(repository, result, ran.stdout + ran.stderr, ran.returncode)
