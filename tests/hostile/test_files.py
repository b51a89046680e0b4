"""The grader's files and the submission's: what is judged is what was handed in."""

import shutil
from pathlib import Path

import pytest

from grader.judge.app.confinement import LEVELS, confinement
from tests.hostile.conftest import Submit, grade

# Every test of the suite becomes one that always passes.
REWRITES = """
    import re
    from pathlib import Path

    def create_app():
        for suite in Path({tests!r}).glob("test_*.py"):
            names = re.findall("def (test_[a-z_0-9]+)", suite.read_text())
            suite.write_text("".join(f"def {{n}}():\\n    pass\\n" for n in names))
        raise SystemExit
"""


def test_suite_rewritten_by_the_app_earns_nothing(
    submit: Submit, repository: Path
) -> None:
    """It is read before the app begins, and a change of it is told, not believed."""
    tests = repository / "tests" / "blog"
    before = (tests / "test_1_crud.py").read_text("utf-8")

    graded = submit(REWRITES.format(tests=str(tests)))

    assert graded.result["score"] == 0
    if (tests / "test_1_crud.py").read_text("utf-8") != before:
        assert graded.result["not_judged"] == graded.result["max_score"] == 10
        failure = graded.checks["create_then_read"]["failure"]
        assert failure["key"] == "failure.files_changed"
        assert "tests/blog/test_1_crud.py" in failure["got"]
        assert "0 of 10 points, 10 not judged" in graded.printed


def test_links_to_the_reference_are_refused(repository: Path, tmp_path: Path) -> None:
    """Also those of single files; links within the folder are fine."""
    target = tmp_path / "submission"
    target.mkdir()
    solution = repository / "solutions" / "blog"
    (target / "blog").symlink_to(solution)

    graded = grade(repository, target, 1)

    assert graded.code == 2
    assert "leads out of the folder" in graded.printed
    (target / "blog").unlink()
    shutil.copytree(solution, target / "blog")
    (target / "blog" / "again.py").symlink_to(target / "blog" / "main.py")
    (target / "blog" / ".#main.py").symlink_to("somebody@somewhere.1234")
    assert grade(repository, target, 1).result["score"] == 10
    (target / "blog" / "errors.py").unlink()
    (target / "blog" / "errors.py").symlink_to(solution / "errors.py")
    assert "errors.py" in grade(repository, target, 1).printed


@pytest.mark.parametrize("level", LEVELS)
def test_package_that_points_elsewhere_is_refused(
    submit: Submit, repository: Path, level: str
) -> None:
    solution = str(repository / "solutions" / "blog")
    main = f"""
        import sys, blog
        blog.__path__ = [{solution!r}]
        del sys.modules["blog.main"]
        from blog.main import create_app
    """

    graded = submit(main, WORKBOOK_CONFINEMENT=level)

    failure = graded.checks["create_then_read"]["failure"]
    assert failure["key"] == "failure.down.import"
    assert graded.result["not_judged"] == 0
    assert graded.result["confinement"] == min(level, confinement(), key=LEVELS.index)


BYTECODE = """
    import importlib.util, os
    from importlib._bootstrap_external import _code_to_timestamp_pyc

    source = {source!r}
    state = os.stat(source)
    code = compile("raise SystemExit('poisoned')", source, "exec")
    data = _code_to_timestamp_pyc(code, int(state.st_mtime), state.st_size)
    cached = importlib.util.cache_from_source(source)
    os.makedirs(os.path.dirname(cached), exist_ok=True)
    with open(cached, "wb") as file:
        file.write(data)
"""


@pytest.mark.parametrize("level", LEVELS)
def test_bytecode_of_the_grader_is_not_poisoned(
    submit: Submit, repository: Path, level: str
) -> None:
    """The next grading would believe it: its source looks as it did."""
    source = repository / "grader" / "results.py"

    submit(BYTECODE.format(source=str(source)), WORKBOOK_CONFINEMENT=level)

    assert "poisoned" not in submit("app = 1").printed
