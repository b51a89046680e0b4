"""The overview of a class in a real browser: read by all, and used by keyboard."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.cohort import overview
from grader.cohort.find import Found
from grader.cohort.rows import MISSING, Row
from grader.cohort.submission import Person
from tests.browser.test_site_accessible import AXE, serious_faults
from tests.cohort.test_overview import BLOG, FIRST, SECOND, row

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A class of twelve, who stand at every colour of the map."""
    names = [check.id for stage in BLOG.stages[:2] for check in stage.checks]
    rows = [row(f"student {n}", *names[: n * 2]) for n in range(10)]
    rows += [row("<img src=x onerror=alert(1)>", FIRST), row("王小明", SECOND)]
    rows.append(Row(Person("eve"), MISSING))
    for language, file in overview.FILES.items():
        text = overview.render(rows, Found(), language)
        (tmp_path / file).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_serious_findings(
    page: "Page", written: Path, language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((written / overview.FILES[language]).as_uri())
    page.evaluate(files("axe_playwright_python").joinpath(AXE).read_text("utf-8"))

    assert serious_faults(page) == []
    assert page.locator("img").count() == 0


def test_other_language_is_a_link_away(page: "Page", written: Path) -> None:
    page.goto((written / "overview.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview.zh.html")

    assert page.locator("h1").inner_text() == "全班一览"


def test_map_scrolls_on_a_small_screen_and_the_page_does_not(
    page: "Page", written: Path
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((written / "overview.html").as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_who_is_stuck_opens_by_keyboard(page: "Page", written: Path) -> None:
    page.goto((written / "overview.html").as_uri())
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")

    assert page.locator("details[open]").count() == 1
    assert "student" in page.locator("details[open]").inner_text()
