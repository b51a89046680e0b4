"""Finds the packages of a submission: at its top, in `starter/`, or one level down."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.catalogue import Problem
from grader.files import files_of, links_out
from grader.texts import Text

# Folders of the workbook that hold packages of the same names, which nobody handed in.
NOT_THEIRS = {"solutions", "tests", "grader", "docs", "problems", "benchmarks"}


def place(
    folder: Path, problems: Sequence[Problem]
) -> tuple[dict[str, Path], list[Text]]:
    """For each problem the folder that holds its package, and what to know of it."""
    packages: dict[str, Path] = {}
    notes: list[Text] = []
    for problem in problems:
        ranks = (_with(homes, problem) for homes in _ranks(folder))
        homes = next((found for found in ranks if found), [])
        if len(homes) > 1:
            named = ", ".join(_told(home, folder) for home in homes)
            notes.append(Text("cohort.two_packages", _of(problem, places=named)))
        elif not homes:
            notes.append(Text("cohort.no_package", _of(problem)))
        elif link := next(links_out(homes[0] / problem.slug, folder), None):
            linked = _of(problem, link=_told(link, folder))
            notes.append(Text("cohort.link_out", linked))
        else:
            packages[problem.slug] = homes[0]
            if homes[0] != folder:
                where = _told(homes[0], folder)
                notes.append(Text("cohort.found_in", _of(problem, place=where)))
    return packages, notes


def _of(problem: Problem, **params: object) -> dict[str, object]:
    return {"slug": problem.slug, **params}


def _told(path: Path, folder: Path) -> str:
    return f"{path.relative_to(folder).as_posix()}/"


def _ranks(folder: Path) -> Iterator[list[Path]]:
    """Where to look, the likeliest first; the places of a rank are equally likely."""
    yield [folder]
    yield [folder / "starter"]
    below = [path for path in _folders(folder) if path.name not in NOT_THEIRS]
    yield [path / "starter" for path in below]
    yield below


def _folders(folder: Path) -> list[Path]:
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [p for p in paths if p.is_dir() and not p.name.startswith((".", "__"))]


def _with(homes: list[Path], problem: Problem) -> list[Path]:
    """Those that hold the package, with a line of Python in it."""
    packages = [home for home in homes if (home / problem.slug).is_dir()]
    return [
        home
        for home in packages
        if any(path.suffix == ".py" for path in files_of(home / problem.slug))
    ]
