"""What the blog teaches and the others are given has one source."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main
from grader.errors import SetupError
from grader.files import files_of
from grader.starter import given


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the package `given`, to be written to."""
    return Path(shutil.copytree(given.HOME, tmp_path / "given"))


def contents(folder: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in files_of(folder)}


@pytest.mark.parametrize(("name", "text"), given.derived().items())
def test_derived_file_is_what_its_source_gives(name: str, text: str) -> None:
    assert (given.HOME / name).read_text("utf-8") == text


def test_files_with_a_head_are_the_derived_ones() -> None:
    headed = {
        path.relative_to(given.HOME).as_posix()
        for path in files_of(given.HOME)
        if path.read_text("utf-8").startswith("# Generated from ")
    }

    assert headed == given.derived().keys()


def test_head_names_the_source() -> None:
    head = (given.HOME / "errors.py").read_text("utf-8").splitlines()[0]

    assert "solutions/blog/errors.py" in head


def test_changed_source_is_written_over_what_was_derived(home: Path) -> None:
    name, text = "errors.py", given.derived()["errors.py"]
    older = given.with_head(name, text.split("\n", 2)[2] + "# As it was once.\n")
    (home / name).write_text(older, "utf-8")

    given.write(home)

    assert (home / name).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("edit", "shown"),
    [
        (lambda text: text.replace('"not_found"', '"gone"'), "+    status, code = 404"),
        (lambda text: text.split("\n", 2)[2], "-# Generated from"),
        (lambda text: "", "-class NotFound"),
    ],
    ids=["a line", "the head", "everything"],
)
def test_edited_file_is_refused_and_nothing_is_written(
    home: Path, edit: Callable[[str], str], shown: str
) -> None:
    path = home / "errors.py"
    path.write_text(edit(path.read_text("utf-8")), "utf-8")
    (home / "database.py").unlink()
    before = contents(home)

    with pytest.raises(SetupError) as refused:
        given.write(home)

    assert contents(home) == before
    assert f"{path} was edited by hand" in str(refused.value)
    assert shown in str(refused.value)


def test_command_ends_with_2_and_shows_the_difference(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (home / "logs.py").open("a", encoding="utf-8") as file:
        file.write("# By hand.\n")
    monkeypatch.setattr(given, "HOME", home)

    code = main(["starter", "--lang", "en"])

    said = capsys.readouterr().err
    assert code == 2
    assert "solutions/blog/logs.py" in said
    assert "+# By hand." in said


def test_names_that_are_not_there_are_an_error() -> None:
    with pytest.raises(ValueError, match="nobody"):
        given.derive("etags.py", {"only": {"etags.py": ["nobody"]}, "without": {}})


def test_imports_go_with_what_used_them() -> None:
    text = (
        "import os\nfrom a import b, c\n\nfrom d import e\n\n"
        "X = 1\n\n\ndef f() -> None:\n    b(os, e)\n\n\ndef g() -> None:\n    c()\n"
    )

    kept = given.without_unused_imports(given.without(text, {"f"}))

    assert kept == "from a import c\n\nX = 1\n\n\ndef g() -> None:\n    c()\n"
