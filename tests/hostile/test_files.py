"""The grader's files and the submission's: what is judged is what was handed in."""

from pathlib import Path

from tests.hostile.conftest import Submit

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
