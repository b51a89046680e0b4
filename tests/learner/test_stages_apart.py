"""A stage is given back alone: code of other stages stays, or it is said what went."""

import posixpath
import shutil
from pathlib import Path

import pytest

from grader.catalogue import SLUGS, Problem, load
from grader.cli import main
from grader.judge.own_tests.edits import planted_bugs, read_files
from grader.learner import start_over
from grader.learner.rewind import rewound
from grader.paths import SOLUTIONS

STAGES = [(s, stage.number) for s in SLUGS for stage in load(s).stages if stage.blanks]
# In code that this stage asks for, and of no need to the other: its bug ends what would
# otherwise go on for ever, or shows only once the other stage fails a job, or replays.
HARMLESS = {
    ("chat", 3, "old-messages-not-replayed"),
    ("chat", 8, "never-ends"),
    ("jobs", 3, "complete-after-own-fail"),
}


def finished(problem: Problem, target: Path) -> None:
    for name in problem.packages:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOLUTIONS / name, target / name, ignore=ignored)


@pytest.mark.parametrize(("slug", "number"), STAGES)
def test_code_of_other_stages_stays_or_is_named(
    slug: str, number: int, tmp_path: Path
) -> None:
    """Where a bug of another stage can be planted, that stage's code is there."""
    problem = load(slug)
    stage = problem.stage(number)
    finished(problem, tmp_path)

    _, changed = start_over.reset_stage(problem, stage, tmp_path)

    files = read_files(tmp_path / slug, slug)
    named = start_over.gone_with(stage, changed)
    for bug in planted_bugs(problem):
        assert bug.stage
        lost = {
            edit.file
            for edit in bug.edits
            if bug.stage != number
            and edit.find not in files.get(_name(slug, edit.file), edit.find)
        }
        if (slug, number, bug.id) in HARMLESS:
            continue
        for file in lost:
            there = [n for n, by in named.items() if bug.stage in by]
            assert any(n.startswith(f"{file}:") for n in there), (bug.id, file)


def _name(slug: str, file: str) -> str:
    return posixpath.normpath(f"{slug}/{file}")


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_shared_is_of_the_stage(slug: str) -> None:
    for stage in load(slug).stages:
        blanks = {blank.replace(":-", ":") for blank in stage.blanks}
        assert {*stage.shared, *stage.stays} <= blanks
        assert all(stage.number not in numbers for numbers in stage.shared.values())


MINE = """def add(app):
    app.on(A)(on_a)
    app.on(B)(
        on_b
    )
    app.on(C)(on_c)
"""
FRESH = "def add(app):\n    app.on(A)(on_a)\n"


def test_statements_of_others_stay_as_they_were_written() -> None:
    after = rewound(MINE, FRESH, ["add"], {"add": {"on_b", "on_a"}})

    assert after == FRESH + "    app.on(B)(\n        on_b\n    )\n"
    assert rewound(after, FRESH, ["add"], {"add": {"on_b", "on_a"}}) == after
    assert rewound(MINE, FRESH, ["add"]) == FRESH


def test_what_went_with_a_stage_is_said(
    blog: Problem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    finished(blog, tmp_path)
    given_back = start_over.reset_stage
    monkeypatch.setattr(
        start_over, "reset_stage", lambda p, s: given_back(p, s, tmp_path)
    )
    for stage in ("1", "7"):
        main(["reset", "blog", "--stage", stage, "--lang", "en"])

    said = capsys.readouterr().out
    assert "deps.py:load_post (3)" in said
    assert "add_error_handlers" not in said
    assert "(on_pool_timeout)" in (tmp_path / "blog/errors.py").read_text("utf-8")
