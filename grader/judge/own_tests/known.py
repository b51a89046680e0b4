"""What tells a run of a learner's tests from any other that could end differently.

They are judged on our apps, never on the learner's: how a run ends follows from their
files, the app's, our code that runs them, and the libraries.
"""

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from grader.files import files_of
from grader.paths import ROOT

# What runs the tests, and says what an outcome means.
CODE = (ROOT / "grader" / "child", ROOT / "grader" / "judge" / "own_tests")


def digest(kind: str, app: Mapping[str, str], tests: Path) -> str:
    """Of everything that the outcome of a run depends on."""
    total = hashlib.sha256(f"{kind}\n{surroundings()}\n".encode())
    parts = {name: text.encode() for name, text in app.items()}
    for path in files_of(tests):
        parts[f"tests/{path.relative_to(tests).as_posix()}"] = path.read_bytes()
    for name, content in sorted(parts.items()):
        total.update(f"{name}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


@cache
def surroundings() -> str:
    """Python, the libraries, and our own code that runs the tests."""
    libraries = sorted(f"{found.name}=={found.version}" for found in distributions())
    code = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in CODE
        for path in sorted(folder.glob("*.py"))
    ]
    return "\n".join([sys.version, sys.platform, *libraries, *code])
