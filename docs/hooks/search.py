"""One search index for each language, cut into words as that language is."""

import json
import logging
import re
import tomllib
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from docs.hooks.repository import ROOT, language, translator

log = logging.getLogger("mkdocs.hooks.search")

PUNCTUATION = r"\s\-,:!=\[\]()\"/`.;<>|"
# Chinese words come separated by U+200B, put there by jieba.
CHINESE = r"\u200b\u3000、。，．？！；：（）「」《》“”"
SEPARATORS = {"en": f"[{PUNCTUATION}]+", "zh": f"[{PUNCTUATION}{CHINESE}]+"}
FIELDS = {"title": {"boost": 1e3}, "text": {"boost": 1.0}, "tags": {"boost": 1e6}}
# Pages of long tables, about the workbook rather than its subject: only their names.
TABLES = ("proof/", "sentences/")
# What explains comes before what asks for it, and that before what lists it.
BOOSTS = {"concepts": 4.0, "guides": 4.0, "problems": 1.0}
LISTS = 0.3
# Material never looks a whole Chinese query up: its loop stops one too early.
SEGMENTS = re.compile(r"(for\(let o=s\+1;o)<(t\.length;o\+\+\)t\.slice\(s,o\)in e)")

# How the theme waits before it hands the index to its worker: only on pages of files.
WAITS = re.compile(
    r'(\w+\(\$)\(location\.protocol!=="file:"\)'
    r'(,\w+\("search"\)\)\.pipe\(\w+\((\w)=>\3\),)(\w+)\(\(\)=>t\)\)'
)
INDEX = re.compile(
    r"\(\(\)=>__index\),(\w+\(1\))\):"
    r'(\w+\(new URL\("search/search_index\.json",\w+\.base\)\))'
)


@event_priority(-150)
def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Let Chinese pages look below `zh/`, after all who write pages anew."""
    if language(config) == "zh":
        base = get_relative_url("zh/", page.url).rstrip("/") or "."
        output = re.sub(r'("base": )"[^"]*"', rf'\1"{base}"', output, count=1)
    # Material fetches a site map beside every exact rel="alternate"; needless here.
    return re.sub(r"<link[^>]*hreflang[^>]*>", no_site_map, output)


def no_site_map(link: re.Match[str]) -> str:
    return link[0].replace('rel="alternate"', 'rel="alternate "')


@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    if translator(config).building:
        return  # The inner build of the second language.
    site = Path(config.site_dir)
    index = json.loads((site / "search/search_index.json").read_text("utf-8"))
    for code, prefix in (("en", ""), ("zh", "zh/")):
        entries = [e for e in index["docs"] if in_chinese(e) == (code == "zh")]
        write(site / prefix / "search/search_index.json", code, entries, prefix)
    mend_workers(site)
    fetch_late(site)


def in_chinese(entry: dict[str, str]) -> bool:
    return entry["location"].startswith("zh/")


def write(path: Path, code: str, entries: list[Any], prefix: str) -> None:
    docs = [{**e, "location": e["location"].removeprefix(prefix)} for e in entries]
    docs = [weighed(doc) for doc in docs if not is_row(doc)]
    add_tags(docs, code)
    # No stemmer: it breaks the search for the beginning of a word.
    settings = {
        "lang": [code],
        "separator": SEPARATORS[code],
        "pipeline": ["stopWordFilter"],
        "fields": FIELDS,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"config": settings, "docs": docs}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def is_row(doc: dict[str, Any]) -> bool:
    """Whether it is a section of a page of which only the name is found."""
    page, _, section = doc["location"].partition("#")
    return page in TABLES and bool(section)


def weighed(doc: dict[str, Any]) -> dict[str, Any]:
    page = doc["location"].partition("#")[0]
    boost = BOOSTS.get(page.partition("/")[0], LISTS)
    return {**doc, "boost": boost, **({"text": ""} if page in TABLES else {})}


def add_tags(docs: list[Any], code: str) -> None:
    """Add the words that a page is looked for by, though it does not say them."""
    words = tomllib.loads((ROOT / "docs/search.toml").read_text("utf-8"))[code]
    for doc in docs:
        if tags := words.pop(doc["location"].rstrip("/"), None):
            doc["tags"] = tags
    for page in words:
        log.warning("docs/search.toml: there is no page '%s'", page)


def mend_workers(site: Path) -> None:
    for worker in site.glob("assets/javascripts/workers/search.*.min.js"):
        text, count = SEGMENTS.subn(r"\1<=\2", worker.read_text("utf-8"))
        if count != 1:
            log.warning("%s changed: see how it cuts Chinese queries", worker.name)
        worker.write_text(text, encoding="utf-8")


def fetch_late(site: Path) -> None:
    """Fetch the index, twice as heavy as a page, when somebody opens the search.

    A page that was found says so in its address, and marks the words of the query.
    """
    for bundle in site.glob("assets/javascripts/bundle.*.min.js"):
        text = bundle.read_text("utf-8")
        waits, index = WAITS.search(text), INDEX.search(text)
        if waits is None or index is None:
            log.warning("%s changed: see when it fetches the index", bundle.name)
            continue
        opened, then, _, switch = waits.groups()
        once, fetch = index.groups()
        found = "/[?&]h=/.test(location.search)"
        late = f"{opened}({found}){then}{switch}(()=>{fetch}),{once})"
        bundle.write_text(text.replace(fetch, late), encoding="utf-8")
