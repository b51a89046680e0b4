"""Both scripts of the autograder, run in a folder laid out as its container is."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import venvs
from grader.catalogue import load
from grader.package.build import Autograder, build
from grader.package.gradescope import ELSEWHERE, as_folder, grade
from grader.paths import ROOT, SOLUTIONS
from grader.report import gradescope
from grader.run import Engine
from tests.grader.test_package import copy

ASKED = {"problems": ["blog", "shop"], "stages": [1], "language": "en", "commit": "c0"}


class Container:
    """The folder that Gradescope calls /autograder, and its two steps."""

    def __init__(self, home: Path, archive: Path) -> None:
        self.home = home
        self.results = home / "results" / "results.json"
        for name in ("source", "submission", "results"):
            (home / name).mkdir(parents=True)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(home / "source")
        shutil.copy(home / "source" / "run_autograder", home)
        (home / "submission_metadata.json").write_text('{"users": []}')

    def run(self, script: str, path: str = "") -> "subprocess.CompletedProcess[str]":
        env = {"PATH": path or os.environ["PATH"], ELSEWHERE: str(self.home)}
        return subprocess.run(
            [str(shutil.which("bash")), str(self.home / script)],
            cwd=self.home,
            env=env,
            capture_output=True,
            text=True,
        )


def with_libraries(source: Path, python: Path) -> None:
    """Let setup.sh find what it would install: the libraries of this environment."""
    home = source / ".nox" / "workbook"
    subprocess.run([str(python), "-m", "venv", "--without-pip", home], check=True)
    (venvs.packages(home) / "above.pth").write_text(sysconfig.get_path("purelib"))
    key = "from grader import venvs\nprint(venvs.key_of(venvs.HOME / 'workbook',"
    key += " [*venvs.libraries(), *venvs.pinned('grade', 'learn')]), end='')"
    # As that Python says it, in that folder.
    said = subprocess.check_output([str(python), "-c", key], cwd=source, text=True)
    (home / "installed").write_text(said)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    asked = Autograder("gradescope", ["blog"], [1], "en")
    build(asked, folder / "blog.zip", copy(folder / "workbook"))
    return folder / "blog.zip"


@pytest.fixture
def container(archive: Path, tmp_path: Path) -> Container:
    return Container(tmp_path / "autograder", archive)


def test_it_says_what_grading_says(
    container: Container, tmp_path: Path, engine: Engine
) -> None:
    """Set up once, with nothing to install; then graded, with a fault in stage 1."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    python = bin_ / "python3"
    python.symlink_to(Path(sys.base_prefix, "bin", "python3"))
    with_libraries(container.home / "source", python)
    shutil.copytree(SOLUTIONS / "blog", container.home / "submission" / "blog")
    schemas = container.home / "submission" / "blog" / "schemas.py"
    longer = schemas.read_text("utf-8").replace("max_length=200)", "max_length=2000)")
    schemas.write_text(longer, "utf-8")

    done = container.run("source/setup.sh", f"{bin_}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Building" not in done.stdout

    done = container.run("run_autograder")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(container.results.read_text("utf-8"))

    blog = load("blog")
    result = engine.grade([blog], container.home / "submission", "en", [1])
    expected = json.loads(gradescope.render(result, "en"))
    assert 0 < said["score"] == expected["score"] < blog.stage(1).points
    for theirs, ours in zip(said["tests"], expected["tests"], strict=True):
        for field in ("number", "name", "score", "max_score", "status", "tags"):
            assert theirs[field] == ours[field]
    assert str(tmp_path) not in said["output"], "students have no such folder"
    assert "nox -s grade -- blog --stage 1 --lang en" in said["output"]


def test_without_a_python_the_image_is_not_built(
    container: Container, tmp_path: Path
) -> None:
    """One that is too old does not count, and apt is asked before giving up."""
    tools = {"python3": "exit 1", "apt-get": f'echo "$@" >> {tmp_path / "apt"}'}
    for name, does in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)

    # Not this machine's: its own Pythons would be found there.
    done = container.run("source/setup.sh", str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith("The workbook needs Python 3.11 or newer")
    assert done.stderr.count("\n") == 1
    asked = (tmp_path / "apt").read_text()
    assert "python3-venv" in asked
    assert "python3.11-venv" in asked


def test_what_was_not_judged_has_no_results(container: Container) -> None:
    """Not even those that a submission wrote; Gradescope says that it failed."""
    source = container.home / "source"
    with_libraries(source, Path(sys.base_prefix, "bin", "python3"))
    shutil.copytree(SOLUTIONS / "blog", container.home / "submission" / "blog")
    container.results.write_text('{"score": 100}')
    shutil.rmtree(source / "tests" / "blog")

    done = container.run("run_autograder")

    assert done.returncode == 1
    assert not container.results.exists()


Hand = Callable[..., dict[str, Any] | None]


@pytest.fixture
def hand_in(tmp_path: Path) -> Hand:
    """Grades a submission of these files, each with a line of Python."""

    def graded(*names: str, **texts: str) -> dict[str, Any] | None:
        folder = tmp_path / "submission"
        folder.mkdir()
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(texts.get(Path(name).stem, "app = 1\n"))
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        return grade(folder, ASKED, scratch)

    return graded


def test_a_submission_without_a_package_is_told_so(hand_in: Hand) -> None:
    results = hand_in("notes.txt")

    assert results is not None
    assert results["score"] == 0
    assert results["output"].count("neither at the top") == 2


def test_libraries_that_cannot_be_installed_are_told(hand_in: Hand) -> None:
    results = hand_in("blog/main.py", "requirements.txt", requirements="left-pad\n")

    assert results is not None
    assert results["score"] == 0
    assert "NAME==VERSION" in results["output"]


def test_files_without_their_folder_are_the_package(tmp_path: Path) -> None:
    """As somebody drags them onto the page; several problems have no such reading."""
    submission = tmp_path / "submission"
    (submission / "routers").mkdir(parents=True)
    for name in ("main.py", "routers/posts.py"):
        (submission / name).write_text("app = 1\n")
    blog, shop = load("blog"), load("shop")

    found = as_folder(submission, [blog], tmp_path / "scratch")

    assert (found / "blog" / "routers" / "posts.py").is_file()
    assert as_folder(submission, [blog, shop], tmp_path / "other") == submission


def test_its_scripts_are_bash(tmp_path: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        script = ROOT / "classroom" / "gradescope" / name
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", str(script)], check=True)
