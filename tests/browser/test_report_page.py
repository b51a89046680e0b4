"""The HTML report in a real browser: it copies, shows both themes, and runs nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.report import html
from tests.learner.sample import result

if TYPE_CHECKING:
    from playwright.sync_api import Page


def written(folder: Path, language: str = "en") -> str:
    file = folder / "report.html"
    file.write_text(html.render(result(language), language), "utf-8")
    return file.as_uri()


@pytest.fixture
def report(tmp_path: Path) -> str:
    return written(tmp_path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_transcript_is_copied(page: "Page", tmp_path: Path, language: str) -> None:
    page.goto(written(tmp_path, language))
    page.locator("details[open] button").first.click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "$ curl -i -X POST http://127.0.0.1:8000/v1/posts" in copied
    assert "starter/blog/services.py:42: ValueError" in copied
    assert page.locator("details[open] button").first.inner_text() in (
        "Copied",
        "已复制",
    )


def test_what_an_app_printed_is_text(page: "Page", report: str) -> None:
    page.goto(report)

    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    shown = page.locator("pre").all_inner_texts()
    assert any("<script>alert(1)</script>" in text for text in shown)


def test_foreign_script_and_style_are_refused(page: "Page", report: str) -> None:
    """Even if something hostile got in, the policy would stop it."""
    page.goto(report)
    page.evaluate(
        "() => { const made = document.createElement('script');"
        " made.textContent = 'window.broken = true'; document.body.append(made); }"
    )

    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_can_be_read(page: "Page", report: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(report)

    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(13, 17, 23)") == (theme == "dark")


def test_narrow_screen_needs_no_sideways_scrolling(page: "Page", report: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(report)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
