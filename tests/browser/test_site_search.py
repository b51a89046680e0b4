"""Search leads to the right page, in both languages, typed as a reader types."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUERIES = tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))
# A search by words cannot know every synonym.
NEEDED = 0.9
CLEAR = """
() => {
  document.querySelector('.md-search-result__list').replaceChildren();
  document.querySelector('.md-search-result__meta').textContent = '';
}
"""
# The line above the results says how many there are, or that there is none.
ANSWERED = "() => document.querySelector('.md-search-result__meta').textContent.trim()"
READ = """
() => {
  const items = [...document.querySelectorAll('.md-search-result__item > a')];
  // A page may be listed with several of its sections.
  return [...new Set(items.map(item => new URL(item.href).pathname))];
}
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_right_page_comes_first(page: "Page", site: str, language: str) -> None:
    home = "/zh/" if language == "zh" else "/"
    page.goto(f"{site}{home}")
    page.locator("[data-md-component=search-query]").focus()
    queries = QUERIES[language]
    missed = []
    for query in queries:
        first = found(page, query["query"])[:1]
        if not {home + path for path in query["pages"]} & set(first):
            missed.append((query["query"], first))

    print(f"{language}: {len(queries) - len(missed)} of {len(queries)}", missed)
    assert len(queries) - len(missed) >= NEEDED * len(queries), missed


def found(page: "Page", query: str) -> list[str]:
    """The pages found, best first, when a reader types the query."""
    page.evaluate(CLEAR)
    box = page.locator("[data-md-component=search-query]")
    box.fill(query)
    box.dispatch_event("keyup")
    page.wait_for_function(ANSWERED)
    paths: list[str] = page.evaluate(READ)
    return paths


def test_a_page_that_was_found_marks_the_words(page: "Page", site: str) -> None:
    """The index comes late, but comes when the address says what was looked for."""
    page.goto(f"{site}/prerequisites/?h=joins")

    page.locator("article mark").first.wait_for()
