"""A concept is shown by code that runs: its page has an example, with tests."""

import re
from pathlib import Path

import pytest

from docs.generate.objectives import DOCS, Objective, read
from grader.paths import PROBLEMS

PAGES = sorted(p for p in (DOCS / "concepts").glob("*.md") if ".zh" not in p.suffixes)
INCLUDED = re.compile(r'--8<-- "docs/examples/(\w+)\.py:\w+"')
NAMED = re.compile(r"docs/examples/(\w+)\.py")


def examples_of(page: Path) -> set[str]:
    return set(INCLUDED.findall(page.read_text("utf-8"))) - {"conftest"}


SHOWN = {name for page in PAGES for name in examples_of(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_shows_an_example(page: Path) -> None:
    assert examples_of(page)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_example_proves_the_fault_and_the_mend(name: str) -> None:
    text = (DOCS / "examples" / f"{name}.py").read_text("utf-8")

    assert len(re.findall(r"^(?:async )?def test_", text, re.MULTILINE)) >= 2


def test_no_example_is_left_without_a_page() -> None:
    examples = {p.stem for p in (DOCS / "examples").glob("*.py")} - {"conftest"}
    pages = [*DOCS.rglob("*.md"), *PROBLEMS.glob("*.md")]
    named = {name for page in pages for name in NAMED.findall(page.read_text("utf-8"))}

    assert examples <= named


@pytest.mark.parametrize("objective", read().objectives, ids=lambda one: one.page)
def test_every_objective_has_its_page(objective: Objective) -> None:
    assert DOCS / "concepts" / f"{objective.page}.md" in PAGES
