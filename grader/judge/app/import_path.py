"""Where an app's packages come from: the target, and for `given` the workbook."""

from pathlib import Path

from grader.catalogue import GIVEN, Problem
from grader.paths import SOLUTIONS

# Not `solutions` itself: a learner's package without an `__init__.py` would give way
# to the reference of the same name.
GIVEN_PATH = Path(__file__).with_name("given_path")


def import_path(problem: Problem, target: Path) -> list[str]:
    """What comes first on an app's import path; a `given` in the target wins."""
    lends = problem.given and folder_of(GIVEN, target) == SOLUTIONS
    return [str(target), *([str(GIVEN_PATH)] if lends else [])]


def code_folders(problem: Problem, target: Path) -> list[str]:
    """The folders that an app's code is read from."""
    path = import_path(problem, target)
    return [*path, str(SOLUTIONS / GIVEN)] if len(path) > 1 else path


def folder_of(package: str, target: Path) -> Path:
    """The folder in which a package of the app lies."""
    own = (target / package / "__init__.py").is_file()
    return SOLUTIONS if package == GIVEN and not own else target


def sources(problem: Problem, target: Path) -> list[Path]:
    """The folders of the target that hold the app, one for each package."""
    folders = (target / package for package in problem.packages)
    return [folder for folder in folders if folder.is_dir()]
