"""Every page has its twin, of the same structure, and well set."""

from pathlib import Path

import pytest

from docs.generate.objectives import DOCS
from grader.paths import PROBLEMS
from tests import pages

PAGES = pages.english_pages(DOCS)


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    """The two languages of the index, as files."""
    english, mark, translation = (
        (PROBLEMS / "README.md").read_text("utf-8").partition("\n---\n")
    )
    assert mark
    folder = tmp_path / "problems"
    folder.mkdir()
    (folder / "index.md").write_text(english, "utf-8")
    (folder / "index.zh.md").write_text(translation, "utf-8")
    return folder / "index.md", folder / "index.zh.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.parametrize("part", pages.SHARED)
def test_both_languages_have_the_same(page: Path, part: pages.Part) -> None:
    assert part(page) == part(pages.chinese(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_chinese_is_well_set(page: Path) -> None:
    assert pages.badly_set(pages.chinese(page)) == []


@pytest.mark.parametrize("part", pages.SHARED)
def test_both_halves_of_the_index_have_the_same(
    halves: tuple[Path, Path], part: pages.Part
) -> None:
    english, chinese = halves

    assert part(english) == part(chinese)


def test_the_chinese_half_is_well_set(halves: tuple[Path, Path]) -> None:
    assert pages.badly_set(halves[1]) == []


def test_no_page_in_chinese_alone() -> None:
    twins = {pages.chinese(page) for page in PAGES}

    assert set(DOCS.rglob("*.zh.md")) == twins
