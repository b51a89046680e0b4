"""Where nothing can be written, each command says so in one sentence."""

import errno
import tempfile
from pathlib import Path

import pytest

from grader import starter
from grader.catalogue import Problem
from grader.cli import main
from grader.errors import SetupError
from grader.learner import machine, start_over
from grader.learner.home import ELSEWHERE


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a medium that is mounted so: even root can make nothing there."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "there")

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)


@pytest.mark.usefixtures("read_only")
@pytest.mark.parametrize("command", [["reset"], ["reset", "--stage", "1"], ["restore"]])
def test_it_is_one_sentence(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([command[0], "blog", *command[1:], "--lang", "en"])

    said = capsys.readouterr()
    assert code == 2
    assert said.err.startswith("Your files cannot be changed: Read-only file system")
    assert said.err.count("\n") == 1


@pytest.mark.usefixtures("read_only")
def test_the_doctor_says_so() -> None:
    finding = machine.file_system()

    assert (finding.id, finding.status) == ("read_only", "warning")
    for language in ("en", "zh"):
        assert all(machine.told(finding, language))


def test_a_folder_that_is_a_file_is_one_sentence(
    tmp_path: Path, blog: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No permission is asked here, so root is refused as well."""
    starter.build(blog, tmp_path / "work")
    (tmp_path / "file").touch()
    monkeypatch.setenv(ELSEWHERE, str(tmp_path / "file"))

    with pytest.raises(SetupError) as failed:
        start_over.reset(blog, tmp_path / "work")

    assert failed.value.text.key == "setup.reset"
