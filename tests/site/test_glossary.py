"""One thing has one name, in all that is read in Chinese."""

import re

import pytest

from docs.generate import glossary
from docs.generate.objectives import DOCS
from grader.catalogue import SLUGS, load
from grader.paths import PROBLEMS, ROOT

TERMS = glossary.terms()
TEXTS = (
    *PROBLEMS.glob("*.md"),
    *DOCS.rglob("*.zh.md"),
    *(ROOT / "grader/texts").glob("*zh.toml"),
    *(ROOT / "grader/catalogue").glob("*.toml"),
    DOCS / "objectives.toml",
    DOCS / "generate/texts.toml",
    # The stories of planted bugs, which the proof repeats.
    *(ROOT / "tests").glob("*/bugs.toml"),
    *(ROOT / "tests").glob("*/variants.toml"),
)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["en"])
def test_a_term_is_not_called_by_another_name(term: dict[str, object]) -> None:
    never = term.get("never", [])
    assert isinstance(never, list)
    found = [
        f"{path.name}:{number}: {word}"
        for path in TEXTS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word in never
        if word in line
    ]

    assert found == []


def test_no_term_is_told_twice() -> None:
    for language in ("en", "zh"):
        names = [term[language] for term in TERMS]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("slug", SLUGS)
def test_statements_lead_to_the_glossary(slug: str) -> None:
    for twin in ("", ".zh"):
        page = PROBLEMS / f"{load(slug).page}{twin}.md"
        link = rf"\]\(\.\./docs/glossary{re.escape(twin)}\.md\)"
        assert re.search(link, page.read_text("utf-8")), page.name
