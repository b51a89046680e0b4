"""Whether this machine shuts submissions in well enough to grade a class."""

from collections.abc import Iterable
from pathlib import Path

from grader.child.confine import NOT_CONFINED, SYSTEM
from grader.errors import SetupError
from grader.judge.app.confinement import confinement


def must_be_shut_in() -> None:
    """SetupError when submissions could do whatever we can."""
    if confinement() == NOT_CONFINED:
        raise SetupError("cohort_confined")


def must_not_be_open(places: Iterable[Path]) -> None:
    """SetupError when submissions could read each other, or the results."""
    for place in places:
        real = place.resolve()
        for folder in SYSTEM.split():
            if real.is_relative_to(folder):
                raise SetupError("cohort_open", place=place, folder=folder)
