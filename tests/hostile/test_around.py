"""A workbook that lies in a folder of the system's is hidden from apps there, too."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.child.around import around
from grader.child.confine import NOT_CONFINED, level
from grader.paths import ROOT, SOLUTIONS

# Shuts itself in as a job does, in a system that ends where the workbook lies.
SHUT_IN = """
import sys
from grader.child import confine
system, answers, beside = sys.argv[1:]
confine.SYSTEM += f" {system}"
confine.confine({
    "kind": "serve", "level": confine.level(), "env": {"HOME": "/dev/null"},
    "folder": "/dev/null", "code": [],
})
for path in (answers, beside):
    try:
        print(open(path).read(5))
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(level() == NOT_CONFINED, reason="this kernel does not confine")
def test_workbook_in_a_folder_of_the_system_is_hidden() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SHUT_IN, "/", str(SOLUTIONS / "blog" / "main.py"),
         "/proc/version"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert found.stdout.split() == ["PermissionError", "Linux"]


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    for name in ("opt/src/workbook/solutions", "opt/src/other", "opt/tool"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "opt" / "file").touch()
    return tmp_path / "opt" / "src" / "workbook"


def test_all_but_the_hidden_is_around_it(tmp_path: Path, hidden: Path) -> None:
    system = str(tmp_path / "opt")

    found = around([system, "/bin"], str(hidden))

    names = {path.removeprefix(f"{system}/") for path in found}
    assert names == {"file", "tool", "src/other", "/bin"}


def test_what_was_named_below_it_stays(hidden: Path) -> None:
    code = str(hidden / "solutions")

    assert list(around([code], str(hidden))) == [code]
    assert list(around([str(hidden)], str(hidden))) == []


@pytest.mark.parametrize("leads", ["..", ".", "workbook", "workbook/solutions"])
def test_links_lead_to_nothing_that_is_hidden(
    tmp_path: Path, hidden: Path, leads: str
) -> None:
    (hidden.parent / "link").symlink_to(leads)

    found = around([str(tmp_path / "opt")], str(hidden))

    assert sorted(Path(path).name for path in found) == ["file", "other", "tool"]
