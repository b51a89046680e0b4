"""Libraries of a learner's own are there for the app, and never for the judge."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader import requirements, venvs
from grader.catalogue import Problem
from grader.paths import LIBRARIES, STARTER
from grader.run import Engine
from tests.grader.conftest import Target

WHEEL = (
    "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)
APP = """
    import left
    from fastapi import FastAPI

    def create_app():
        return FastAPI(title=left.SIDE)
"""


def wheel(folder: Path, *requires: str) -> Path:
    """A library `left` that also is a plugin of pytest, and runs when Python starts."""
    lines = [f"Requires-Dist: {name}" for name in requires]
    metadata = ["Metadata-Version: 2.1", "Name: left", "Version: 1", *lines, ""]
    files = {
        "left.py": "SIDE = 'left'\n",
        "left.pth": "import left\n",
        "left-1.dist-info/METADATA": "\n".join(metadata),
        "left-1.dist-info/WHEEL": WHEEL,
        "left-1.dist-info/entry_points.txt": "[pytest11]\nleft = left\n",
    }
    record = "".join(f"{name},,\n" for name in files)
    path = folder / "left-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
        file.writestr("left-1.dist-info/RECORD", f"{record}left-1.dist-info/RECORD,,\n")
    return path


@pytest.fixture
def nox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Environments are built here; that of this test is the workbook's."""
    monkeypatch.setattr(venvs, "HOME", tmp_path / "nox")
    monkeypatch.setattr(venvs, "for_learners", lambda: f"{sys.prefix}/bin/python")
    return tmp_path / "nox"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for `starter/`."""
    folder = tmp_path / "starter"
    folder.mkdir()
    monkeypatch.setattr(requirements, "STARTER", folder)
    return folder


def test_it_is_installed_for_the_app_and_not_for_the_judge(
    nox: Path,
    own: Path,
    engine: Engine,
    blog: Problem,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may need libraries that are here already: these stay as they are."""
    file = wheel(own, "fastapi", "sqlalchemy>=2")
    (own / "requirements.txt").write_text(f"# mine\n{file}  # a file\n")

    found = requirements.for_command(["grade", "blog"])
    monkeypatch.setenv(LIBRARIES, found[LIBRARIES])
    result = engine.grade([blog], target(APP), "en", [1])

    installed = {path.name for path in Path(found[LIBRARIES]).iterdir()}
    assert "left.py" in installed
    assert not {"fastapi", "sqlalchemy", "starlette"} & installed
    failures = [check.failure for check in result.problems[0].stages[0].checks]
    keys = {failure["key"] for failure in failures if failure}
    assert not any(key.startswith("failure.down") for key in keys), keys
    alone = subprocess.run(
        [sys.executable, "-c", "import left"], capture_output=True, text=True
    )
    assert "No module named 'left'" in alone.stderr


def test_it_is_installed_once_and_again_when_it_changes(
    nox: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def build(home: Path, python: Path, words: list[str], above: Path | None) -> None:
        asked.append(Path(words[-1]).read_text())
        home.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(venvs, "build", build)
    monkeypatch.setattr(venvs, "starts", lambda _: True)
    for text in ("a==1\n", "a==1\n# b\n", "a==2\n"):
        (own / "requirements.txt").write_text(text)
        assert requirements.for_command(["watch"])

    assert asked == ["a==1\n", "a==2\n"]


def test_versions_of_the_workbook_are_constraints() -> None:
    pins = requirements.constraints()

    assert any(pin.startswith("sqlalchemy==") for pin in pins)
    assert all("[" not in pin for pin in pins)


@pytest.mark.parametrize("text", [None, "", "\n# nothing==1\n  # more\n"])
def test_without_any_nothing_is_built(text: str | None, nox: Path, own: Path) -> None:
    if text is not None:
        (own / "requirements.txt").write_text(text)

    assert requirements.for_command(["grade", "blog"]) == {}
    assert not nox.exists()


def test_that_of_the_starter_asks_for_nothing() -> None:
    assert requirements.lines_of(STARTER / "requirements.txt") == []


@pytest.mark.parametrize(
    "line",
    [
        "left",
        "left>=1",
        "git+https://example.org/left",
        "--index-url https://example.org",
        "-e .",
        "left @ file:///left.whl",
        "left==1 --config-settings=x",
        "./left.whl",
    ],
)
def test_only_what_is_pinned_is_installed_for_others(
    line: str, nox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.txt").write_text(f"fine==1\n{line}\n")

    with pytest.raises(SystemExit) as ended:
        requirements.for_command(["grade", "--target", str(tmp_path)])

    assert ended.value.code == venvs.SETUP
    assert line in capsys.readouterr().err
    assert not nox.exists()


def test_what_cannot_be_installed_is_named(
    nox: Path,
    own: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The versions of the workbook stay: what asks for others is refused."""
    (own / "requirements.txt").write_text(f"{wheel(own, 'sqlalchemy<2')}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("LC_ALL", "C")

    with pytest.raises(SystemExit) as ended:
        requirements.for_command(["grade", "blog"])

    assert ended.value.code == venvs.SETUP
    assert f"{own / 'requirements.txt'} asks for something" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("allowed", "built_from"), [("", ["--only-binary", ":all:"]), ("1", [])]
)
def test_nothing_of_others_is_built_unless_it_is_allowed(
    allowed: str,
    built_from: list[str],
    nox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "requirements.txt").write_text("left[a,b]==1.0.post1 ; os_name=='nt'\n")
    asked: list[list[str]] = []

    def ready(home: Path, *_: object, words: list[str], above: Path) -> None:
        asked.append(words)

    monkeypatch.setattr(venvs, "ready", ready)
    monkeypatch.setenv(requirements.ANYTHING, allowed)
    requirements.for_command(["grade", f"--target={tmp_path}"])

    assert asked[0][4:] == built_from


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        (["grade", "blog"], STARTER),
        (["grade", "--target", "/a/b"], Path("/a/b")),
        (["grade", "--target=/a/b", "blog"], Path("/a/b")),
        (["grade", "--tar", "/a", "--target", "/b"], Path("/b")),
    ],
)
def test_target_is_found_as_the_command_finds_it(
    words: list[str], folder: Path
) -> None:
    assert requirements.target_of(words) == folder
