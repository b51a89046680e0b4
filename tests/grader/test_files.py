"""Files are what editors and systems make of them: only what somebody wrote counts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import starter
from grader.catalogue import Problem
from grader.files import LARGEST, files_of, source
from grader.judge.app.world import World
from grader.judge.own_tests.edits import reference_files
from grader.judge.own_tests.runs import OwnTests, RunOptions
from grader.learner import record, start_over
from grader.learner.begun import standing
from grader.learner.changes import Changes
from grader.learner.home import ELSEWHERE
from grader.learner.side_by_side import pairs
from grader.learner.syntax import broken_line
from grader.paths import ROOT, SOLUTIONS
from grader.run import Engine

Litter = Callable[[Path], object]


def emacs_lock(folder: Path) -> None:
    (folder / ".#test_x.py").symlink_to("me@host.1234:1700000000")


def dangling_link(folder: Path) -> None:
    (folder / "test_gone.py").symlink_to("nowhere.py")


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "test_fifo.py")


def unix_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(folder)
        made.bind("test_socket.py")
        os.chdir(here)


def environment(folder: Path) -> None:
    library = folder / "any-name" / "lib"
    library.mkdir(parents=True)
    (folder / "any-name" / "pyvenv.cfg").touch()
    (library / "two.py").write_text("print 'Python 2'\n")


def dot_venv(folder: Path) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv" / "two.py").write_text("print 'Python 2'\n")


def caches(folder: Path) -> None:
    for name in ("__pycache__", ".mypy_cache"):
        (folder / name).mkdir()
        (folder / name / "x.py").write_text("print 'x'\n")


def scratch(folder: Path) -> None:
    for name in ("test_x.py~", "#test_x.py#", ".test_x.py.swp", "4913", ".DS_Store"):
        (folder / name).write_text("x = (")


def dump(folder: Path) -> None:
    with (folder / "dump.sql").open("wb") as file:
        file.truncate(LARGEST + 1)


LITTER: list[Litter] = [
    emacs_lock,
    dangling_link,
    fifo,
    unix_socket,
    environment,
    dot_venv,
    caches,
    scratch,
    dump,
]


@pytest.fixture
def work(tmp_path: Path, blog: Problem) -> Path:
    """A target that holds the starter of the blog."""
    starter.build(blog, tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "home"))


@pytest.mark.parametrize("litter", LITTER)
def test_what_nobody_wrote_is_no_work(
    litter: Litter, work: Path, blog: Problem
) -> None:
    package = work / "blog"
    before = list(files_of(package))
    changes = Changes([package])
    litter(package)
    litter(package / "tests")

    assert list(files_of(package)) == before
    assert record.attempt("blog", work) == "untouched"
    assert standing(blog, work).untouched
    assert blog.stages[-1].number in standing(blog, work).stages
    assert starter.is_fresh(blog, work)
    assert broken_line(blog, work, "en") is None
    assert not changes.pending()
    changes.close()


@pytest.mark.parametrize("litter", LITTER)
def test_a_stage_is_given_back_beside_it(
    litter: Litter, work: Path, blog: Problem, home: None
) -> None:
    shutil.copy(SOLUTIONS / "blog" / "slugs.py", work / "blog" / "slugs.py")
    litter(work / "blog")

    backup, files = start_over.reset_stage(blog, blog.stage(1), work)

    assert backup is not None
    assert files == ["slugs.py"]
    assert "NotWritten" in (work / "blog" / "slugs.py").read_text("utf-8")


@pytest.fixture
def world(engine: Engine, blog: Problem, tmp_path: Path) -> World:
    target = tmp_path / "target[1]"
    shutil.copytree(SOLUTIONS, target)
    return World(blog, target, engine.cluster, engine.launcher)


async def test_own_tests_run_beside_it(world: World) -> None:
    folder = world.target / "blog" / "tests"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "test_x.py").write_text("def test_x(): assert 1\n")
    for litter in LITTER:
        litter(folder)
    tests = OwnTests(world)

    outcome = await tests.run(reference_files(world.problem), RunOptions())

    assert tests.exist()
    assert outcome.passed, outcome.evidence()
    await world.close()


MODULE = "def slugify(title):\n    return 'é'\n"
ENCODED = {
    "bom": b"\xef\xbb\xbf" + MODULE.encode(),
    "cookie": b"# -*- coding: latin-1 -*-\n" + MODULE.encode("latin-1"),
    "crlf": MODULE.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("how", ENCODED)
def test_what_python_reads_is_read(
    how: str, work: Path, blog: Problem, home: None
) -> None:
    path = work / "blog" / "slugs.py"
    path.write_bytes(ENCODED[how])

    found = {pair.name: pair.mine for pair in pairs(blog, blog.stage(1), work)}
    _, files = start_over.reset_stage(blog, blog.stage(1), work)

    assert "return 'é'" in found["slugs.py: slugify"]
    assert files == ["slugs.py"]
    after = path.read_bytes()
    assert "NotWritten" in source(after)[0]
    # The file stays as its editor writes it.
    assert source(after)[1] == source(ENCODED[how])[1]
    assert (b"\r\n" in after) == (how == "crlf")


def test_a_checkout_with_crlf_is_untouched(
    work: Path, blog: Problem, home: None
) -> None:
    for path in files_of(work):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert record.attempt("blog", work) == "untouched"
    assert starter.is_fresh(blog, work)
    assert start_over.reset(blog, work) == (False, None)


def test_a_clone_may_lie_below_any_name(tmp_path: Path) -> None:
    clone = tmp_path / "a [b] 中 %s"
    clone.mkdir()
    for name in ("grader", "tests", "solutions", "problems", "starter"):
        skip = shutil.ignore_patterns("__pycache__", "proof.json")
        shutil.copytree(ROOT / name, clone / name, ignore=skip)
    command = [sys.executable, "-m", "grader", "grade", "blog", "--target"]

    done = subprocess.run(
        [*command, "solutions", "--stage", "1", "--lang", "en"],
        cwd=clone,
        capture_output=True,
        text=True,
    )

    assert "10 of 10 points" in done.stdout, done.stdout + done.stderr
