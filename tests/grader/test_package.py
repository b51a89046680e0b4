"""An autograder is a commit, the same bytes each time; what it cannot be is said."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.cli import main
from grader.errors import SetupError
from grader.package.build import ABOUT, Autograder, build, uncommitted
from grader.paths import ROOT

SHOP = Autograder("gradescope", ["shop"], None, "en")
SCRIPTS = {"setup.sh", "run_autograder"}


def git(*words: str, cwd: Path) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    # Somebody's settings of Windows must not reach what is packed.
    who += ["-c", "core.autocrlf=false"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", *who, *words]
    return subprocess.check_output(command, cwd=cwd, env=env, text=True).strip()


def copy(folder: Path) -> Path:
    """The workbook's files as they are now, as a repository with one commit."""
    names = git("ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT).split("\0")
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-q", "-m", "it", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("workbook"))


def test_the_zip_is_a_commit_and_says_which(workbook: Path, tmp_path: Path) -> None:
    commit = build(SHOP, tmp_path / "shop.zip", workbook)

    assert commit == git("rev-parse", "HEAD", cwd=workbook)
    with zipfile.ZipFile(tmp_path / "shop.zip") as archive:
        names = archive.namelist()
        about = json.loads(archive.read(ABOUT))
        for name in set(names) - {ABOUT} - SCRIPTS:
            assert archive.read(name) == (workbook / name).read_bytes(), name
        modes = {n: archive.getinfo(n).external_attr >> 16 & 0o777 for n in names}
    assert about == {"commit": commit, **vars(SHOP)}
    assert {modes[name] for name in SCRIPTS} == {0o755}
    assert modes["noxfile.py"] == 0o644
    assert {"tests/shop/bugs.toml", "solutions/given/__init__.py"} <= set(names)
    assert not {"tests/grader", "docs", ".git", ".github"} & {
        part for name in names for part in (name.split("/")[0], name.rpartition("/")[0])
    }


def test_it_is_the_same_each_time(workbook: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    for file in (first, second):
        build(SHOP, file, workbook)
        # Times and rights of the files are no part of it.
        for path in workbook.glob("solutions/shop/*.py"):
            path.touch()
            path.chmod(0o600)

    assert first.read_bytes() == second.read_bytes()


def test_what_is_not_committed_is_not_in_it_and_is_told(tmp_path: Path) -> None:
    workbook = copy(tmp_path / "workbook")
    assert uncommitted(workbook) == []
    build(SHOP, tmp_path / "before.zip", workbook)
    with (workbook / "grader" / "catalogue" / "shop.toml").open("a") as file:
        file.write("# More points.\n")
    (workbook / "README.md").write_text("Not needed.\n")

    build(SHOP, tmp_path / "after.zip", workbook)

    assert uncommitted(workbook) == ["grader/catalogue/shop.toml"]
    before, after = (tmp_path / f"{when}.zip" for when in ("before", "after"))
    assert before.read_bytes() == after.read_bytes()


def test_line_ends_stay_as_bash_needs_them(tmp_path: Path) -> None:
    workbook = copy(tmp_path / "workbook")
    git("config", "core.autocrlf", "true", cwd=workbook)
    build(SHOP, tmp_path / "shop.zip", workbook)

    with zipfile.ZipFile(tmp_path / "shop.zip") as archive:
        assert not [n for n in archive.namelist() if b"\r\n" in archive.read(n)]


def test_a_zip_that_is_there_stays(workbook: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.zip").write_text("mine")

    with pytest.raises(SetupError, match="is there already"):
        build(SHOP, tmp_path / "shop.zip", workbook)
    assert (tmp_path / "shop.zip").read_text() == "mine"


def test_it_needs_a_commit(tmp_path: Path) -> None:
    git("init", "-q", cwd=tmp_path)

    with pytest.raises(SetupError, match="git shows none: fatal"):
        build(SHOP, tmp_path / "shop.zip", tmp_path)
    assert not (tmp_path / "shop.zip").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["moodle", "blog"], "no autograder for “moodle”"),
        (["gradescope", "bolg"], "no problem “bolg”"),
        (["gradescope", "blog", "--stage", "99"], "no stage 99"),
        (["gradescope", "blog", "--out", "no/where.zip"], "cannot be written"),
    ],
)
def test_bad_words_are_one_sentence(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["package", *words, "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_it_is_named_by_what_it_grades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    words = ["gradescope", "blog", "shop", "--stage", "2", "1"]
    assert main(["package", *words, "--lang", "en"]) == 0
    assert (tmp_path / "gradescope-blog-shop-1-2.zip").is_file()
    assert "give the assignment 40 points" in capsys.readouterr().out
