"""What a page in Markdown consists of, and what its twin in Chinese must share."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

HAN = "\u4e00-\u9fff"
# Half-width punctuation right after a Chinese character, and Latin stuck to it.
HALF_WIDTH = re.compile(rf"[{HAN}][,;:!?](?!\S*\))|[{HAN}]\.(?:\s|$)")
STUCK = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")
STUCK_CODE = re.compile(rf"[{HAN}]`|`[{HAN}]")
GITHUB_ONLY = re.compile(r"<!-- github-only -->.*?<!-- /github-only -->", re.S)
Part = Callable[[Path], object]


def english_pages(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.md") if not p.name.endswith(".zh.md"))


def chinese(page: Path) -> Path:
    return page.with_name(f"{page.stem}.zh.md")


@cache
def tokens(path: Path) -> list[Token]:
    text = GITHUB_ONLY.sub("", path.read_text("utf-8"))
    return MarkdownIt("commonmark").enable("table").parse(text)


def inline(path: Path) -> Iterator[Token]:
    for token in tokens(path):
        yield from token.children or ()


def headings(path: Path) -> list[str]:
    return [t.tag for t in tokens(path) if t.type == "heading_open"]


def tables(path: Path) -> list[str]:
    kinds = {"table_open": "T", "tr_open": "/", "td_open": ".", "th_open": "."}
    return "".join(kinds.get(t.type, "") for t in tokens(path)).split("T")


def lists(path: Path) -> list[str]:
    kinds = ("bullet_list_open", "ordered_list_open", "list_item_open")
    return [t.type for t in tokens(path) if t.type in kinds]


def code_blocks(path: Path) -> list[str]:
    fences = [t for t in tokens(path) if t.type == "fence"]
    return [f"{t.info}\n{without_prose(t)}" for t in fences]


def without_prose(fence: Token) -> str:
    """Code without its comments; a diagram or a report without its words."""
    if fence.info == "text":
        return str(fence.content.count("\n"))
    if fence.info == "mermaid":
        return "\n".join(re.findall(r"\w*-{1,2}>>?|\|\|--\S+", fence.content))
    return re.sub(r"#.*", "", fence.content).rstrip()


def html(path: Path) -> list[str]:
    text = "".join(t.content for t in tokens(path) if t.type == "html_block")
    return re.findall(r"<[^>]+>", text)


def checklist(path: Path) -> list[str]:
    return re.findall(r"- \[ \] \*\*(\w+\.\d+)\*\*", path.read_text("utf-8"))


def callouts(path: Path) -> list[str]:
    return re.findall(r"^> \[!(\w+)\]", path.read_text("utf-8"), re.M)


def footnotes(path: Path) -> Counter[str]:
    return Counter(re.findall(r"\[\^([\w-]+)\]", path.read_text("utf-8")))


def code_words(path: Path) -> Counter[str]:
    return Counter(t.content for t in inline(path) if t.type == "code_inline")


def links(path: Path) -> Counter[str]:
    """Where a page leads, in words that both languages share."""
    found = [str(t.attrGet("href")) for t in inline(path) if t.type == "link_open"]
    return Counter(neutral(path, href) for href in found)


def images(path: Path) -> list[str]:
    found = [str(t.attrGet("src")) for t in inline(path) if t.type == "image"]
    return [neutral(path, src) for src in found]


def neutral(page: Path, href: str) -> str:
    """A link without its language; an anchor is the number of its heading."""
    path, _, anchor = unquote(href).partition("#")
    target = (page.parent / path).resolve() if path else page.resolve()
    if ":" in path or not target.is_file():
        return href.replace(".zh.", ".")
    where = str(target).replace(".zh.", ".")
    if not anchor or target.suffix != ".md" or where.endswith("problems/README.md"):
        return where
    return f"{where}#{anchors(target).index(anchor)}"


def anchors(path: Path) -> list[str]:
    found = tokens(path)
    titles = [found[i + 1] for i, t in enumerate(found) if t.type == "heading_open"]
    return [anchor("".join(c.content for c in t.children or ())) for t in titles]


def anchor(title: str) -> str:
    """What GitHub and the site make of a heading."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def badly_set(path: Path) -> list[str]:
    """Chinese text with half-width punctuation, or with Latin stuck to it."""
    texts = [t.content for t in inline(path) if t.type == "text"]
    lines = [t.content for t in tokens(path) if t.type == "inline"]
    return [
        *(t for t in texts if HALF_WIDTH.search(t) or STUCK.search(t)),
        *(line for line in lines if STUCK_CODE.search(line)),
    ]


SHARED: tuple[Part, ...] = (
    headings,
    tables,
    lists,
    code_blocks,
    html,
    checklist,
    callouts,
    footnotes,
    code_words,
    links,
    images,
)
