"""Whether this machine shuts submissions in well enough to grade a class."""

from pathlib import Path

from grader.child.confine import NOT_CONFINED, SYSTEM
from grader.errors import SetupError
from grader.judge.app.confinement import confinement
from grader.paths import ROOT


def must_be_shut_in(workbook: Path = ROOT) -> None:
    """SetupError when submissions could read the answers, or do whatever we can."""
    if confinement() == NOT_CONFINED:
        raise SetupError("cohort_confined")
    for folder in SYSTEM.split():
        # What lies there is open to every app, the reference and the suites, too.
        if workbook.resolve().is_relative_to(folder):
            raise SetupError("cohort_open", workbook=workbook, folder=folder)
