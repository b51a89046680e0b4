"""What makes a row of the proof stale, and what does not, tried on a copy."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.paths import ROOT
from grader.proof.code import without_prose

# Blog, which has no code that is given to it, and chat, which has most of the callers.
SLUGS = ("blog", "chat")
PRINT_CELLS = f"""
import json
from grader.catalogue import load
from grader.proof.origins import cells
print(json.dumps({{
    f"{{slug}} {{cell.app.id}} {{cell.stage}}": digest
    for slug in {SLUGS} for cell, digest in cells(load(slug)).items()
}}))
"""
COPIED = ("grader", "solutions", "tests", "pyproject.toml")


class Copy:
    """The repository in a folder of its own, in which single files are changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder / name)
        self.before = self.digests()

    def digests(self) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", PRINT_CELLS],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=True,
        )
        found: dict[str, str] = json.loads(done.stdout)
        return found

    def stale_after(self, name: str, old: str, new: str) -> set[str]:
        """The cells with another digest once `old` became `new` in one file."""
        path = self.folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        try:
            after = self.digests()
        finally:
            path.write_text(text, "utf-8")
        return {cell for cell in self.before if after.get(cell) != self.before[cell]}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


def of_problem(cells: set[str]) -> set[str]:
    return {cell.split()[0] for cell in cells}


def of_stage(cells: set[str]) -> set[int]:
    return {int(cell.split()[2]) for cell in cells}


def test_a_title_costs_nothing(copy: Copy) -> None:
    title = 'zh = "时间是带时区偏移的 RFC 3339"'

    assert not copy.stale_after("grader/catalogue/blog.toml", title, 'zh = "时间"')


def test_a_story_and_a_text_cost_nothing(copy: Copy) -> None:
    assert not copy.stale_after("tests/blog/bugs.toml", 'en = "', 'en = "now ')
    assert not copy.stale_after("grader/texts/en.toml", 'got = "got"', 'got = "came"')


def test_prose_in_code_costs_nothing(copy: Copy) -> None:
    suite = "tests/chat/test_5_resume.py"

    assert not copy.stale_after(suite, '"""Stage 5', '"""The stage 5')
    assert not copy.stale_after("grader/run.py", "\nimport ", "\n# Said anew.\nimport ")


def test_a_line_of_the_reference_stales_its_problem(copy: Copy) -> None:
    old = 'T = TypeVar("T")\n'
    stale = copy.stale_after("solutions/blog/schemas.py", old, f"{old}U = T\n")

    assert of_problem(stale) == {"blog"}
    assert {"blog reference 1", "blog uuid-ids 7", "blog starter 1"} <= stale


def test_a_line_of_a_suite_stales_its_stage(copy: Copy) -> None:
    stale = copy.stale_after(
        "tests/chat/test_5_resume.py", "async def test_", "async def  test_"
    )

    assert of_problem(stale) == {"chat"}
    assert of_stage(stale) == {5}


def test_the_socket_client_stales_chat_alone(copy: Copy) -> None:
    client = "grader/judge/callers/sockets.py"

    assert of_problem(copy.stale_after(client, "= 10.0", "= 11.0")) == {"chat"}


def test_learners_tests_stale_their_stage_alone(copy: Copy) -> None:
    stale = copy.stale_after("grader/judge/own_tests/trial.py", "0.8", "0.7")

    assert of_problem(stale) == set(SLUGS)
    assert "blog reference 8" in stale
    assert "blog reference 7" not in stale


def test_an_edit_stales_its_bug_alone(copy: Copy) -> None:
    old = "max_length=2000)'"
    stale = copy.stale_after("tests/blog/bugs.toml", old, "max_length=999)'")

    assert stale == {"blog title-too-long 1"}


def test_points_and_pins_count(copy: Copy) -> None:
    points = 'id = "create_then_read", points = 1'
    stale = copy.stale_after(
        "grader/catalogue/blog.toml", points, points.replace("1", "2")
    )
    assert of_problem(stale) == {"blog"}
    assert of_stage(stale) == {1}

    pin = "pytest-benchmark==5.3.1"
    everything = copy.stale_after("pyproject.toml", pin, "pytest-benchmark==5.3.2")
    assert everything == set(copy.before)


def test_a_tool_of_the_authors_costs_nothing(copy: Copy) -> None:
    assert not copy.stale_after("pyproject.toml", "ruff==", "ruff==9")


WRITTEN = '''"""Said."""

# why
x = "# no comment"  # because


def f():
    """Doc
    more."""
    return "é"
'''
LEFT = '''x = "# no comment"
def f():
    return "é"'''


def test_code_without_its_prose() -> None:
    assert without_prose(WRITTEN, docstrings=False) == LEFT
    assert '"""Doc' in without_prose(WRITTEN, docstrings=True)
