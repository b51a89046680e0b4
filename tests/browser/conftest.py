"""A browser for tests: the system's Chromium, driven by Playwright.

Where there is none, these tests are left out and say so; in CI that is an error.
"""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.serving import served
from tests.site import built

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

LOCAL = ("file:", "data:", "http://127.0.0.1:")
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
    # A deadline for a machine with much else to do, not a judgement of speed.
    page.set_default_timeout(120_000)
    errors: list[str] = []

    def heard(dialog: "Dialog") -> None:
        errors.append(dialog.message)
        dialog.dismiss()

    def asked(request: "Request") -> None:
        if not request.url.startswith(LOCAL):
            errors.append(f"asked for {request.url}")

    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", heard)
    page.on("request", asked)
    yield page
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the site, built and served."""
    with served(built.site()) as address:
        yield address
