"""Where things stand in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "starter"
SOLUTIONS = ROOT / "solutions"
SUITES = ROOT / "tests"
PROBLEMS = ROOT / "problems"
