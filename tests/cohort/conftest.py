"""Classes to grade: folders and zips with a few lines of Python in them."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.catalogue import Problem, load
from grader.cohort.find import Found, find

MAIN = "blog/main.py"
Pack = Callable[..., Path]


@pytest.fixture
def blog() -> Problem:
    return load("blog")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "class"
    made.mkdir()
    return made


@pytest.fixture
def finds(folder: Path, tmp_path: Path, blog: Problem) -> Callable[[], Found]:
    """Looks for submissions of the blog in `folder`."""
    return lambda: find(folder, [blog], tmp_path / "scratch")


def write(folder: Path, *names: str, text: str = "app = 1\n") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def pack(path: Path, files: Mapping[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path
