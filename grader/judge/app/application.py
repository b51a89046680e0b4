"""The application under test: where its code lies and how its processes begin."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.judge.app.folders import Folders
from grader.judge.app.launch import Launcher
from grader.paths import LIBRARIES


@dataclass(frozen=True)
class Application:
    """A package of a learner's in the folder `target`."""

    package: str
    target: Path
    launcher: Launcher
    folders: Folders

    def job(
        self, home: Path, settings: Mapping[str, str], target: Path | None = None
    ) -> dict[str, Any]:
        """What every process of the app is started with, whatever it is to do."""
        return {
            "package": self.package,
            "path": [str(target or self.target)],
            "libraries": own_libraries(),
            "folder": str(home),
            "env": {**environment(home), **settings},
        }


def own_libraries() -> list[str]:
    """Where libraries of the learner's own lie, which only they import."""
    found = os.environ.get(LIBRARIES)
    return [found] if found else []


def environment(home: Path) -> dict[str, str]:
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
