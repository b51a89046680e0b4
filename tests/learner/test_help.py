"""Hints, the reference beside one's own code, and stages taken back."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from grader import starter
from grader.catalogue import SLUGS, Problem, load
from grader.cli import main
from grader.errors import SetupError
from grader.learner import start_over
from grader.learner.hints import hints, section
from grader.learner.progress import changing
from grader.learner.progress import load as load_progress
from grader.learner.rewind import rewound
from grader.learner.side_by_side import pairs, shown
from grader.paths import SOLUTIONS


@pytest.mark.parametrize("slug", SLUGS)
def test_every_stage_has_hints_in_both_languages(slug: str) -> None:
    for stage in load(slug).stages:
        english, chinese = (hints(slug, stage.number, lang) for lang in ("en", "zh"))
        assert 2 <= len(english) == len(chinese), stage.number
        assert all("<" not in hint.split("`")[0] for hint in english)


def test_heading_in_a_code_block_ends_no_stage() -> None:
    text = "## Stage 1: A\n```bash\n## not a heading\n```\nmore\n## Stage 2: B\n"

    assert "more" in section(text, 1)
    assert "Stage 2" not in section(text, 1)


def test_hints_come_one_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2, 3):
        assert main(["hint", "blog", "3", "--lang", "en"]) == 0
        assert f"hint {number} of 3" in capsys.readouterr().out

    main(["hint", "blog", "3", "--lang", "en"])
    assert "every hint of blog 3" in capsys.readouterr().out
    main(["hint", "blog", "3", "--again", "--lang", "zh"])
    assert "提示 2，共 3 条" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_hint_is_shown_unasked(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names nothing is told what the next hint would be of."""
    assert main(["hint", "--lang", language]) == 0

    said = capsys.readouterr().out
    assert "nox -s hint -- blog 1" in said
    assert said.count("\n") == 1
    assert load_progress().problems == {}


def test_a_problem_alone_asks_for_the_stage_in_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["hint", "blog", "--lang", "en"]) == 0
    assert "blog 1 · hint 1 of" in capsys.readouterr().out


def test_compare_waits_for_three_attempts(capsys: pytest.CaptureFixture[str]) -> None:
    for count in range(3):
        assert main(["compare", "blog", "1", "--lang", "en"]) == 2
        assert f"(so far {count})" in capsys.readouterr().err
        with changing() as progress:
            progress.stage("blog", 1).attempts.append(str(count))

    assert main(["compare", "blog", "1", "--lang", "en"]) == 0
    assert "services.py: create_post" in capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("slug", SLUGS)
def test_compare_finds_every_blank_in_the_reference(slug: str, width: int) -> None:
    problem = load(slug)
    for stage in problem.stages:
        found = list(pairs(problem, stage, SOLUTIONS))
        assert all(pair.reference and pair.mine for pair in found)
        console = Console(file=io.StringIO(), width=width)
        shown(iter(found[:2]), "zh", console)


def test_code_is_found_where_the_learner_put_it(blog: Problem, tmp_path: Path) -> None:
    starter.build(blog, tmp_path)
    (tmp_path / "blog" / "services.py").unlink()
    (tmp_path / "blog" / "writes.py").write_text("def create_post(): return 'mine'\n")

    found = {pair.name: pair.mine for pair in pairs(blog, blog.stage(1), tmp_path)}

    assert found["services.py: create_post"] == "def create_post(): return 'mine'"


GIVEN = (
    '"""Given."""\n\nfrom blog.unwritten import NotWritten\n\n\n'
    "def a():\n    raise NotWritten(1)\n"
)


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        ("def a():\n    return 1\n", "def a():\n    raise NotWritten(1)"),
        ("def b(): ...\n", "def a():\n    raise NotWritten(1)"),
        ("def a(): ...\ndef b(): ...\ndef a(): ...\n", "raise NotWritten(1)"),
    ],
)
def test_definition_is_taken_back_and_others_stay(mine: str, expected: str) -> None:
    after = rewound(mine, GIVEN, ["a"])

    assert after.count(expected) == 1
    assert after.count("from blog.unwritten import NotWritten") == 1
    assert ("def b()" in after) == ("def b()" in mine)


def test_line_ends_of_the_learner_stay() -> None:
    after = rewound("x = 1\r\ndef a(): ...\r\n", GIVEN, ["a"])

    assert after.count("\r\n") == after.count("\n")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_stage_of_the_reference_can_be_taken_back(
    slug: str, tmp_path: Path
) -> None:
    """All stages taken back one by one leave what the starter defines."""
    problem = load(slug)
    starter.build(problem, tmp_path / "fresh")
    for stage in problem.stages:
        for file, names in start_over.names_by_file(stage).items():
            mine = (SOLUTIONS / slug / file).read_text("utf-8")
            fresh = (tmp_path / "fresh" / slug / file).read_text("utf-8")
            after = rewound(mine, fresh, names)
            assert rewound(after, fresh, names) == after


def test_stage_of_a_finished_app_brings_its_marker_back(
    blog: Problem, tmp_path: Path
) -> None:
    """`NotWritten` is imported again by what is given back, so it must be there."""
    shutil.copytree(SOLUTIONS / "blog", tmp_path / "blog")

    _, files = start_over.reset_stage(blog, blog.stage(3), tmp_path)

    assert "unwritten.py" in files
    assert (tmp_path / "blog" / "unwritten.py").is_file()


def test_stage_in_broken_code_is_refused(blog: Problem, tmp_path: Path) -> None:
    starter.build(blog, tmp_path)
    (tmp_path / "blog" / "services.py").write_text("x = 1\ndef (\n")

    with pytest.raises(SetupError) as failed:
        start_over.reset_stage(blog, blog.stage(1), tmp_path)

    assert "services.py:2" in str(failed.value)


def test_restore_twice_is_where_one_began(blog: Problem, tmp_path: Path) -> None:
    starter.build(blog, tmp_path)
    mine = tmp_path / "blog" / "services.py"
    mine.write_text("my own work")
    changed, backup = start_over.reset(blog, tmp_path)
    assert changed
    assert backup

    start_over.restore(blog, backup.name, tmp_path)
    assert mine.read_text() == "my own work"
    start_over.restore(blog, None, tmp_path)
    assert starter.is_fresh(blog, tmp_path)
    start_over.restore(blog, None, tmp_path)
    assert mine.read_text() == "my own work"


def test_file_that_cannot_be_copied_changes_nothing(
    blog: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    starter.build(blog, tmp_path)
    package = tmp_path / "blog"
    (package / "services.py").write_text("def create_post(): return 1\n")
    monkeypatch.setattr(shutil, "copytree", refuse)

    with pytest.raises(SetupError):
        start_over.reset_stage(blog, blog.stage(1), tmp_path)

    assert (package / "services.py").read_text() == "def create_post(): return 1\n"
