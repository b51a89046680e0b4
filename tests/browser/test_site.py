"""The site as a reader meets it: languages, checklists, hints, diagrams, phones."""

from typing import TYPE_CHECKING

import pytest

from grader.catalogue import SLUGS, load
from grader.proof.holes import holes

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

BLOG = "problems/01-blog-api-database/"
# A short page with a checklist and with folded answers.
CHECK = "prerequisites/"
PAGES = [
    "",
    "prerequisites/",
    "guides/grading/",
    "problems/",
    BLOG,
    "concepts/n-plus-one/",
    "objectives/",
    "proof/",
    "api/blog/",
]
EVERY_PAGE = pytest.mark.parametrize("path", [*PAGES, *(f"zh/{p}" for p in PAGES)])


@pytest.fixture
def complaints(page: "Page") -> list[str]:
    """What the browser's console says against a page."""
    said: list[str] = []

    def heard(message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", heard)
    return said


@EVERY_PAGE
def test_pages_load_quietly_and_fit_a_phone(
    page: "Page", site: str, complaints: list[str], path: str
) -> None:
    """Nothing is missing, nothing comes from elsewhere (the page's fixture looks)."""
    answered: list[int] = []
    page.on("response", lambda response: answered.append(response.status))
    page.goto(f"{site}/{path}", wait_until="networkidle")

    assert answered
    assert [status for status in answered if status >= 400] == []
    assert complaints == []

    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", ["", "problems/", "guides/grading/", "api/blog/"])
def test_switching_the_language_stays_on_the_page(
    page: "Page", site: str, path: str
) -> None:
    page.goto(f"{site}/{path}")
    switch(page, "简体中文")
    page.wait_for_url(f"{site}/zh/{path}")
    assert page.locator("html").get_attribute("lang") == "zh"

    switch(page, "English")
    page.wait_for_url(f"{site}/{path}")


def switch(page: "Page", language: str) -> None:
    page.locator(".md-select").hover()
    page.get_by_role("link", name=language).click()


def test_a_ticked_task_is_ticked_in_the_other_language(page: "Page", site: str) -> None:
    page.goto(f"{site}/{CHECK}")
    tick(page, "P1.2")
    assert page.locator(".wb-progress span").inner_text() == "1 of 6 done"

    page.goto(f"{site}/zh/{CHECK}")
    assert page.locator("#P1\\.2 input").is_checked()
    assert not page.locator("#P1\\.1 input").is_checked()
    assert page.locator(".wb-progress span").inner_text() == "已完成 1/6 项"


def tick(page: "Page", task: str) -> None:
    """Press the space bar on the box: the theme paints it beside the text."""
    page.locator(f"[id='{task}'] input").press("Space")


def test_marks_are_cleared_when_asked(page: "Page", site: str) -> None:
    page.goto(f"{site}/{CHECK}")
    tick(page, "P1.2")
    page.evaluate("window.confirm = () => true")
    page.locator(".wb-progress button").click()

    assert not page.locator("#P1\\.2 input").is_checked()
    page.reload()
    assert not page.locator("#P1\\.2 input").is_checked()


def test_answers_are_folded_until_asked_for(page: "Page", site: str) -> None:
    page.goto(f"{site}/{CHECK}")
    answer = page.locator("details").first
    assert not answer.locator("p").first.is_visible()

    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()


def test_printing_opens_what_is_folded_and_closes_it_again(
    page: "Page", site: str
) -> None:
    page.goto(f"{site}/{CHECK}")
    closed = page.locator("details:not([open])")
    assert closed.count() == 10

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert closed.count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert closed.count() == 10


def test_the_confusion_matrix_fits_a_desktop(page: "Page", site: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}/proof/")

    fits = "t => t.scrollWidth <= t.parentElement.clientWidth + 1"
    tables = page.locator(".md-typeset__table table").all()
    # A matrix of each problem, and what it is known to let through, if anything.
    expected = len(SLUGS) + sum(bool(holes(load(slug))) for slug in SLUGS)
    assert [t.evaluate(fits) for t in tables] == [True] * expected


def test_the_api_is_shown(page: "Page", site: str) -> None:
    page.goto(f"{site}/api/blog/")
    operations = page.frame_locator("iframe").locator(".opblock")
    operations.first.wait_for()

    assert operations.count() > 10


def test_code_is_copied(page: "Page", site: str) -> None:
    page.goto(f"{site}/guides/getting-started/")
    page.locator("pre", has_text="brew install").hover()
    page.locator("div.highlight", has_text="brew install").locator("button").click()

    page.get_by_text("Copied to clipboard").wait_for()
    assert "brew install" in page.evaluate("navigator.clipboard.readText()")
