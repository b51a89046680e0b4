"""No page has a serious fault of accessibility: light and dark, phone and desktop."""

import time
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = "axe.min.js"
PATHS = ["problems/01-blog-api-database/", "zh/guides/grading/", "proof/"]
PATIENCE_S = 60
SERIOUS = ("serious", "critical")
# Of a matrix of a thousand rows the first show all that there is.
ROWS = 20
SHORTEN = """rows => document.querySelectorAll("tbody")
    .forEach(body => [...body.rows].slice(rows).forEach(row => row.remove()))"""
SIZES = {"phone": (390, 800), "desktop": (1280, 900)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_no_serious_findings(
    page: "Page", site: str, path: str, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{site}/{path}", wait_until="networkidle")
    # The theme's script chooses it, on a busy machine after the page is there.
    shown = {"light": "default", "dark": "slate"}[scheme]
    page.wait_for_selector(f'body[data-md-color-scheme="{shown}"]')
    page.evaluate(SHORTEN, ROWS)

    page.evaluate(files("axe_playwright_python").joinpath(AXE).read_text("utf-8"))
    deadline = time.monotonic() + PATIENCE_S
    # The theme goes on for a moment after the page is there.
    while (faults := serious_faults(page)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)

    assert faults == []


def serious_faults(page: "Page") -> list[str]:
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 10
    return [fault(v) for v in found["violations"] if v["impact"] in SERIOUS]


def fault(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    where = [node["target"] for node in nodes[:3]]
    return f"{violation['id']} ({len(nodes)}): {where}"
