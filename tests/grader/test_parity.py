"""Both languages of a statement have one structure; Chinese is typeset well."""

from pathlib import Path

import pytest

from grader.paths import PROBLEMS
from tests import pages

PAGES = [p for p in pages.english_pages(PROBLEMS) if p.name != "README.md"]
# A statement has some of each.
NEEDED = (
    pages.headings,
    pages.tables,
    pages.code_blocks,
    pages.links,
    pages.html,
    pages.checklist,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.parametrize("part", pages.SHARED)
def test_both_languages_have_the_same(page: Path, part: pages.Part) -> None:
    assert part(page) == part(pages.chinese(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_statement_has_some_of_each(page: Path) -> None:
    assert all(part(page) for part in NEEDED)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_chinese_punctuation_and_spaces(page: Path) -> None:
    assert pages.badly_set(pages.chinese(page)) == []


def test_every_page_has_its_twin() -> None:
    assert PAGES
    assert all(pages.chinese(page).is_file() for page in PAGES)
