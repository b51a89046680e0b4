"""The application under test: where its code lies and how its processes begin."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.judge.app.folders import Folders
from grader.judge.app.import_path import code_folders, import_path
from grader.judge.app.launch import Launcher
from grader.paths import LIBRARIES


@dataclass(frozen=True)
class Application:
    """The app of a problem in the folder `target`."""

    problem: Problem
    target: Path
    launcher: Launcher
    folders: Folders

    def job(
        self, home: Path, settings: Mapping[str, str], target: Path | None = None
    ) -> dict[str, Any]:
        """What every process of the app is started with, whatever it is to do."""
        folder = target or self.target
        return {
            "package": self.problem.slug,
            "path": import_path(self.problem, folder),
            "libraries": own_libraries(),
            "code": code_folders(self.problem, folder),
            "folder": str(home),
            "scratch": str(self.folders.base),
            "env": {**environment_of_app(home), **settings},
        }


def own_libraries() -> list[str]:
    """Where libraries of the learner's own lie, which only they import."""
    found = os.environ.get(LIBRARIES)
    return [found] if found else []


def environment_of_app(home: Path) -> dict[str, str]:
    """The environment of every process under test, apart from the app's settings."""
    system = {k: v for k in ("SYSTEMROOT",) if (v := os.environ.get(k))}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
        **system,
    }
