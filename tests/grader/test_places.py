"""Where a problem is told of besides its own files: each place names all of them."""

import pytest

from grader.catalogue import SLUGS, load
from grader.paths import PROBLEMS, ROOT, SOLUTIONS, STARTER, SUITES
from grader.texts import LANGUAGES, say

# The grader itself finds a problem by its catalogue file; these are for readers. Each
# names it in one way that stands for nothing else: "jobs" alone is an option, too.
PLACES = {
    "README.md": "| `{slug}` |",
    "problems/README.md": "({page}.md)",
    "docs/index.md": "/{page}.md)",
    "docs/index.zh.md": "/{page}.zh.md)",
    "docs/objectives.toml": '"{slug} ',
    "mkdocs.yml": "- api/{slug}.md",
    ".vscode/tasks.json": '"{slug}"',
}
# Sentences that name the problems, in these files.
SENTENCES = {
    "grader/texts/loop.{language}.toml": "problems",
    "grader/texts/cohort.{language}.toml": "cohort_problems",
}


@pytest.mark.parametrize("place", PLACES)
def test_place_names_every_problem(place: str) -> None:
    text = (ROOT / place).read_text("utf-8")
    named = {
        slug: PLACES[place].format(slug=slug, page=load(slug).page) for slug in SLUGS
    }

    assert [slug for slug in SLUGS if named[slug] not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", SENTENCES.values())
def test_sentence_names_every_problem(key: str, language: str) -> None:
    sentence = say(f"help.{key}", language)

    assert [slug for slug in SLUGS if slug not in sentence] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_problem_has_all_that_is_named_by_its_slug(slug: str) -> None:
    page = load(slug).page
    parts = (
        SOLUTIONS / slug,
        SUITES / slug,
        STARTER / slug,
        ROOT / "grader" / "stand_ins" / slug,
        ROOT / "grader" / "seeds" / f"{slug}.toml",
        *(PROBLEMS / f"{page}{suffix}" for suffix in (".md", ".zh.md")),
    )

    assert [part for part in parts if not part.exists()] == []


def test_contributors_are_told_of_the_places() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    files = [name.format(language=n) for name in SENTENCES for n in LANGUAGES]

    assert [place for place in (*PLACES, *files) if f"`{place}`" not in told] == []
