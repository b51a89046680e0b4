"""The site builds strictly: every page, both languages, no broken link."""

import re
from pathlib import Path

from grader.catalogue import in_order
from grader.paths import ROOT


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


def test_every_page_says_what_it_is_about(site: Path) -> None:
    told: dict[str, list[Path]] = {}
    for page in sorted(site.rglob("index.html")):
        # One plugin writes its pages anew, with attributes in another order.
        [tag] = re.findall(r'<meta [^>]*name="description"[^>]*>', page.read_text())
        about = re.search(r'content="([^"]*)"', tag)
        assert about, page
        told.setdefault(about[1], []).append(page)

    assert "" not in told
    # Pages of an API differ by the name of their problem alone.
    alike = {text: pages for text, pages in told.items() if len(pages) > 1}
    assert {page.parts[-3] for pages in alike.values() for page in pages} <= {"api"}


def test_each_language_has_a_page_for_what_is_not_there(site: Path) -> None:
    english = (site / "404.html").read_text("utf-8")
    chinese = (site / "zh/404.html").read_text("utf-8")

    assert '<html lang="en"' in english
    assert "This page is not here" in english
    assert '<html lang="zh"' in chinese
    assert "这里没有这一页" in chinese
    assert "This page is not here" not in chinese


def test_apis_stand_in_the_order_of_the_problems() -> None:
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    listed = re.findall(r"- api/(\w+)\.md", nav)

    assert listed == [problem.slug for problem in in_order()]
