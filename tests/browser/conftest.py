"""A browser for tests: the system's Chromium, driven by Playwright.

Where there is none, these tests are left out and say so; in CI that is an error.
"""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    program = next((p for name in NAMES if (p := shutil.which(name))), None)
    if program is None:
        missing("no Chromium on this machine: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed: it is in the group `browser`")
    with sync_playwright() as playwright:
        # Containers run as root, where Chromium has no sandbox; pages are ours only.
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


def missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(f"left out: {what}")


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page of its own; what it loads from elsewhere fails the test."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda r: (
            r.url.startswith(("file:", "http://127.0.0.1", "data:"))
            or errors.append(f"asked for {r.url}")
        ),
    )
    yield page
    context.close()
    assert errors == []
