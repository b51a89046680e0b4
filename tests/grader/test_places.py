"""Where a problem is told of besides its own files: each place names all of them."""

import pytest

from grader.catalogue import SLUGS, load
from grader.paths import ROOT

# The grader itself finds a problem by its catalogue file; these are for readers.
PLACES = (
    "README.md",
    "problems/README.md",
    "docs/objectives.toml",
    ".vscode/tasks.json",
    "grader/texts/loop.en.toml",
    "grader/texts/loop.zh.toml",
)


@pytest.mark.parametrize("place", PLACES)
def test_place_names_every_problem(place: str) -> None:
    text = (ROOT / place).read_text("utf-8")

    missing = [s for s in SLUGS if s not in text and load(s).page not in text]
    assert missing == []


def test_contributors_are_told_of_the_places() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    assert [place for place in PLACES if f"`{place}`" not in told] == []
