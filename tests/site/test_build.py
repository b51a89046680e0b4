"""The site builds strictly: every page, both languages, no broken link."""

from pathlib import Path


def test_both_languages_are_built(site: Path) -> None:
    for page in ("index.html", "problems/index.html", "concepts/n-plus-one/index.html"):
        assert (site / page).is_file(), page
        assert (site / "zh" / page).is_file(), page


def test_each_language_has_its_half_of_the_index(site: Path) -> None:
    english = (site / "problems/index.html").read_text("utf-8")
    chinese = (site / "zh/problems/index.html").read_text("utf-8")

    assert "Prerequisites" in english
    assert "前置条件" not in english
    assert "前置条件" in chinese


def test_what_only_github_needs_is_left_out(site: Path) -> None:
    page = site / "problems/01-blog-api-database/index.html"

    assert "github-only" not in page.read_text("utf-8")
    assert "All problems</a>" not in page.read_text("utf-8")
