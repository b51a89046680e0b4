"""The starter is the reference without its lessons; no work is ever lost."""

from pathlib import Path

import pytest

from grader import starter
from grader.catalogue import SLUGS, Problem, load
from grader.paths import SOLUTIONS, STARTER
from grader.starter.blanks import blanked


@pytest.mark.parametrize("slug", SLUGS)
def test_committed_starter_is_fresh(slug: str) -> None:
    assert starter.is_fresh(load(slug))


def test_lesson_is_absent_and_signature_kept(blog: Problem) -> None:
    text = (STARTER / "blog" / "services.py").read_text("utf-8")

    assert "on_conflict_do_nothing" not in text
    assert "async def find_or_make_tags(" in text
    assert (
        '"""The id of each tag, made if it is new."""\n    raise NotWritten(4)' in text
    )


def test_lessons_in_comments_and_assignments_are_absent() -> None:
    text = (STARTER / "blog" / "deps.py").read_text("utf-8")

    assert 'scope="function"' not in text
    assert "SessionDep = Annotated[AsyncSession, Depends(open_session)]" in text


def test_every_blank_changes_the_reference(blog: Problem) -> None:
    """No blank names what is the same in the starter."""
    for name in {b.partition(":")[0] for s in blog.stages for b in s.blanks}:
        reference = (SOLUTIONS / "blog" / name).read_text("utf-8")
        assert blanked(blog, name, reference) != reference


def test_work_is_backed_up(blog: Problem, tmp_path: Path) -> None:
    starter.write(blog, tmp_path)
    mine = tmp_path / "blog" / "services.py"
    mine.write_text("my own work", "utf-8")

    starter.write(blog, tmp_path)

    (backup,) = tmp_path.glob(".blog-backup-*")
    assert (backup / "services.py").read_text("utf-8") == "my own work"
    assert mine.read_text("utf-8") != "my own work"


def test_unchanged_starter_is_not_backed_up(blog: Problem, tmp_path: Path) -> None:
    starter.write(blog, tmp_path)
    starter.write(blog, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["blog"]
