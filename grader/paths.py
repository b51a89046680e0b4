"""Where things stand in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "starter"
SOLUTIONS = ROOT / "solutions"
SUITES = ROOT / "tests"
PROBLEMS = ROOT / "problems"

# An environment variable: where libraries of the learner's own were installed.
LIBRARIES = "WORKBOOK_LIBRARIES"
