"""A terminal of any encoding gets a report; a verdict is kept before it is shown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import cli
from grader.commands import grade
from grader.paths import ROOT, STARTER
from grader.report.terminal import Screen
from grader.results import write_json
from tests.learner.sample import result

ENCODINGS = ("utf-8", "gbk", "cp1252", "ascii", "cp437")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_is_shown_in_any_encoding(
    encoding: str, language: str, tmp_path: Path
) -> None:
    file = tmp_path / "result.json"
    write_json(result(language), file)
    command = [sys.executable, "-m", "grader", "report", str(file), "--all"]

    done = subprocess.run(
        [*command, "--lang", language],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )

    assert done.stderr == b""
    assert done.returncode == 0
    shown = done.stdout.decode(encoding)
    assert "✗" in shown or "x 1 " in shown


def test_signs_keep_their_meaning() -> None:
    script = (
        "from grader.streams import show_what_can_be_shown as s; s(); "
        "print('✓ ✗ · → … \\u4e2d \\ud800')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert done.stdout == b"+ x - -> ... ? ?\n"


class CannotShow(Exception):
    pass


def test_a_verdict_is_kept_before_it_is_shown(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = result("en")
    judged.target = str(STARTER)

    class Engine:
        def __enter__(self) -> "Engine":
            return self

        def __exit__(self, *_: object) -> None: ...

        def grade(self, *_: object) -> object:
            return judged

    def show(*_: object) -> None:
        raise CannotShow

    monkeypatch.setattr("grader.run.Engine", Engine)
    monkeypatch.setattr(Screen, "show", show)
    parser = cli.parser()
    file = tmp_path / "result.json"
    options = parser.parse_args(["grade", "blog", "--json", str(file)])

    with pytest.raises(CannotShow):
        grade.run(options, "en")

    assert json.loads(file.read_text("utf-8"))["problems"]
    assert json.loads((elsewhere / "progress.json").read_text("utf-8"))["problems"]
