"""Both languages of a statement have one structure; Chinese is typeset well."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.paths import PROBLEMS

PAGES = sorted(p for p in PROBLEMS.glob("0*.md") if not p.name.endswith(".zh.md"))
HAN = "\u4e00-\u9fff"
# Half-width punctuation right after a Chinese character, and Latin stuck to it.
HALF_WIDTH = re.compile(rf"[{HAN}][,;:!?](?!\S*\))|[{HAN}]\.(?:\s|$)")
STUCK = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")


def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))


def inline(path: Path) -> Iterator[Token]:
    for token in tokens(path):
        yield from token.children or ()


def chinese(page: Path) -> Path:
    return page.with_name(f"{page.stem}.zh.md")


def headings(path: Path) -> list[str]:
    return [t.tag for t in tokens(path) if t.type == "heading_open"]


def tables(path: Path) -> list[str]:
    kinds = {"table_open": "T", "tr_open": "/", "td_open": ".", "th_open": "."}
    return "".join(kinds.get(t.type, "") for t in tokens(path)).split("T")


def code_blocks(path: Path) -> list[str]:
    fences = [t for t in tokens(path) if t.type == "fence"]
    return [f"{t.info}\n{re.sub(r'#.*', '', t.content).rstrip()}" for t in fences]


def links(path: Path) -> list[str]:
    found = [str(t.attrGet("href")) for t in inline(path) if t.type == "link_open"]
    return [href.replace(".zh.md", ".md") for href in found if not href.startswith("0")]


def html(path: Path) -> list[str]:
    text = "".join(t.content for t in tokens(path) if t.type == "html_block")
    return re.findall(r"<[^>]+>", text)


def checklist(path: Path) -> list[str]:
    return re.findall(r"- \[ \] \*\*(\w+\.\d+)\*\*", path.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.parametrize(
    "part", [headings, tables, code_blocks, links, html, checklist]
)
def test_both_languages_have_the_same(page: Path, part: object) -> None:
    assert callable(part)
    assert part(page), "a statement has some of each"
    assert part(page) == part(chinese(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_both_languages_name_the_same_code(page: Path) -> None:
    def code(path: Path) -> Counter[str]:
        return Counter(t.content for t in inline(path) if t.type == "code_inline")

    assert code(page) == code(chinese(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_chinese_punctuation_and_spaces(page: Path) -> None:
    texts = [t.content for t in inline(chinese(page)) if t.type == "text"]

    assert [t for t in texts if HALF_WIDTH.search(t) or STUCK.search(t)] == []


def test_every_page_has_its_twin() -> None:
    assert PAGES
    assert all(chinese(page).is_file() for page in PAGES)
