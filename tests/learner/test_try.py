"""`try` runs a learner's tests with what a judge gives them, and pytest's options."""

import textwrap
from pathlib import Path

import pytest

from grader.catalogue import Problem
from grader.cli import main
from grader.learner import own_tests

TESTS = """
    import os

    import psycopg


    def test_database_is_empty():
        with psycopg.connect(os.environ["DATABASE_URL"]) as database:
            found = database.execute(
                "SELECT count(*) FROM information_schema.tables"
                " WHERE table_schema = 'public'"
            ).fetchone()
        assert found == (0,)


    def test_settings_are_there():
        assert len(os.environ["JWT_SECRET"]) >= 32
        assert "LEFT_OVER" not in os.environ


    async def test_runs_in_a_loop_without_a_marker():
        from blog import answer

        assert answer == 42


    def test_fails():
        assert False
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    tests = tmp_path / "mine" / "blog" / "tests"
    tests.mkdir(parents=True)
    (tests.parent / "__init__.py").write_text("answer = 42\n")
    (tests / "test_mine.py").write_text(textwrap.dedent(TESTS))
    return tmp_path / "mine"


def test_tests_run_as_a_judge_runs_them(
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LEFT_OVER", "from a shell")
    words = ["try", "blog", "--target", str(target), "-q", "-p", "no:randomly"]

    assert main([*words, "-k", "not fails"]) == 0
    assert "3 passed, 1 deselected" in capfd.readouterr().out
    assert main(words) == 1
    assert "1 failed, 3 passed" in capfd.readouterr().out
    assert main([*words, "--lf"]) == 1
    assert "1 failed" in capfd.readouterr().out
    assert not list(target.rglob(".pytest_cache"))


def test_options_of_pytest_are_passed_on(
    blog: Problem, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on: list[list[str]] = []

    def run_tests(problem: Problem, target: Path, words: list[str]) -> int:
        passed_on.append(words)
        return own_tests.NO_TESTS

    monkeypatch.setattr(own_tests, "run_tests", run_tests)
    options = ["-k", "slug or tag", "-x", "--pdb", "--tb=short", "-n", "2"]

    code = main(["try", "blog", *options, "--lang", "en", "--target", str(target)])

    assert passed_on == [options]
    assert code == 1


def test_other_commands_know_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["grade", "blog", "-x", "--lang", "en"])

    assert ended.value.code == 2
    assert "unrecognized arguments: -x" in capsys.readouterr().err
