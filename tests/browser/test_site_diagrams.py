"""Pages are light; diagrams come when needed, and are read in the dark, on a phone."""

from typing import TYPE_CHECKING

import pytest

from grader.paths import PROBLEMS

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATEMENTS = sorted(p.stem for p in PROBLEMS.glob("0*.md") if ".zh" not in p.suffixes)
LIMIT_KB = 450
# A sequence with a note and arrows of both kinds.
SEQUENCE = "concepts/leases-and-fencing/"
PHONE = {"width": 390, "height": 800}
# Text in a drawing that is shrunk to fit is smaller than its style says.
SMALLEST_TEXT = """
() => Math.min(...[...document.querySelectorAll('.wb-diagram')].flatMap(
  figure => [...figure.querySelectorAll('text, .nodeLabel')]
    .filter(text => text.textContent.trim())
    .map(text => text.getBoundingClientRect().height)))
"""


@pytest.mark.parametrize("path", [f"problems/{name}/" for name in STATEMENTS])
def test_a_statement_weighs_little(page: "Page", site: str, path: str) -> None:
    sizes: dict[str, int] = {}
    page.on("response", lambda r: sizes.update({r.url: len(r.body())}))
    page.goto(f"{site}/{path}", wait_until="networkidle")

    assert page.locator("pre.diagram").count() > 0
    assert not [url for url in sizes if "mermaid" in url]
    assert sum(sizes.values()) <= LIMIT_KB * 1000, sizes


@pytest.mark.parametrize("language", ["", "zh/"])
def test_a_diagram_is_drawn_when_it_comes_near(
    page: "Page", site: str, language: str
) -> None:
    page.goto(f"{site}/{language}problems/{STATEMENTS[0]}/")
    source = page.locator("pre.diagram")
    source.scroll_into_view_if_needed()
    drawing = page.locator(".wb-diagram svg")
    drawing.wait_for()

    assert source.count() == 0
    # Words of a diagram are words of the page: they can be selected and found.
    assert "password_hash" in page.locator(".wb-diagram").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_arrows_and_notes_stand_out(page: "Page", site: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    show(page, f"{site}/{SEQUENCE}")
    line = colour(page, ".messageLine0", "stroke")

    assert colour(page, "[id$=arrowhead] path", "fill") == line
    assert line != colour(page, "body", "background-color")
    text = colour(page, ".noteText > tspan", "fill")
    assert text == colour(page, ".messageText", "fill")
    assert text == colour(page, ".md-typeset", "color")


@pytest.mark.parametrize("path", [SEQUENCE, f"problems/{STATEMENTS[1]}/"])
def test_a_phone_scrolls_a_diagram_that_can_be_read(
    page: "Page", site: str, path: str
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    show(page, f"{site}/{path}")
    figure = page.locator(".wb-diagram").first

    assert figure.evaluate("f => f.scrollWidth > f.clientWidth")
    assert figure.get_attribute("tabindex") == "0"
    assert page.evaluate(SMALLEST_TEXT) >= 10


def test_a_phone_scrolls_pictures_of_the_terminal(page: "Page", site: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{site}/guides/on-the-way/")
    picture = page.locator("p:has(> img)").first

    assert picture.evaluate("p => p.scrollWidth >= 500 && p.clientWidth < 390")


def test_on_a_phone_the_copy_button_does_not_lie_on_code(
    page: "Page", site: str
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{site}/guides/getting-started/")
    block = page.locator("pre", has_text="brew install")
    button = block.locator("button").first.bounding_box()
    first_line = block.evaluate("""pre => {
      const words = document.createTreeWalker(pre.querySelector('code'), 4);
      const range = document.createRange();
      range.selectNode(words.nextNode());
      return range.getBoundingClientRect().top;
    }""")

    assert button
    assert button["y"] + button["height"] <= first_line + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_not_done_looks_empty(page: "Page", site: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{site}/prerequisites/")
    box = "getComputedStyle(document.querySelector('.task-list-indicator'), '::before')"

    assert "M19 3H5" in page.evaluate(f"{box}.maskImage")
    # The browser's own meter takes no colours: in the dark it was white.
    assert colour(page, ".wb-progress progress", "appearance") == "none"
    assert "rgba" in colour(page, ".wb-progress progress", "background-color")


def show(page: "Page", address: str) -> None:
    page.goto(address)
    page.locator("pre.diagram, .wb-diagram").first.scroll_into_view_if_needed()
    page.locator(".wb-diagram svg").first.wait_for()


def colour(page: "Page", selector: str, name: str) -> str:
    """What the browser made of a property of the first such element."""
    style = f"getComputedStyle(document.querySelector('{selector}'))"
    return str(page.evaluate(f"{style}.getPropertyValue('{name}')"))
