"""What happens to the text of a page: its language, callouts, reading time."""

import html as markup
import math
import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from docs.hooks.repository import in_repository, language

WIDE = ("proof", "sentences")
BILINGUAL = "problems/README.md"
GITHUB_ONLY = re.compile(
    r"^<!-- github-only -->\n.*?^<!-- /github-only -->\n", re.MULTILINE | re.DOTALL
)
CALLOUT = re.compile(r"^(\s*> ?\[!(\w+)\])[ ]*$", re.MULTILINE)
# GitHub translates the words itself, pymdownx.quotes does not.
CALLOUTS = {
    "NOTE": "注意",
    "TIP": "提示",
    "IMPORTANT": "重要",
    "WARNING": "警告",
    "CAUTION": "当心",
}
# Names of sentences are for whoever reads the source, and weigh on every reader.
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HAN = re.compile(r"[\u3400-\u9fff]")
# What a reader gets through in a minute.
HAN_PER_MINUTE, WORDS_PER_MINUTE = 400, 220


@event_priority(90)
def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    markdown = GITHUB_ONLY.sub("", markdown)
    chinese = language(config) == "zh"
    if page.file.src_uri == BILINGUAL:
        english, _, translation = markdown.partition("\n---\n")
        markdown = translation.lstrip() if chinese else english
    return CALLOUT.sub(titled, markdown) if chinese else markdown


def titled(callout: re.Match[str]) -> str:
    return f"{callout[1]} {CALLOUTS[callout[2]]}"


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    html = COMMENT.sub("", html)
    page.meta["minutes"] = minutes(html)
    page.meta.setdefault("description", description(html))
    if home := str(config.extra.get("repository") or "").rstrip("/"):
        page.edit_url = f"{home}/edit/main/{in_repository(page.file)}"
    if page.file.src_uri.startswith(WIDE):
        page.meta["hide"] = ["navigation", "toc"]  # Their tables need the room.
    if page.is_homepage:
        page.meta["hide"] = ["navigation"]  # The tabs above say the same.
    page.meta["has_diagram"] = 'class="diagram"' in html
    return html


def description(html: str) -> str:
    """The first sentences of a page, as search engines and messengers show them."""
    found = re.search(r"<p>(.*?)</p>", html, re.DOTALL)
    plain = markup.unescape(re.sub(r"<[^>]+>", "", found[1] if found else ""))
    # Chinese says twice as much in a character.
    text = re.sub(r"\s+", " ", plain).strip()
    most = 80 if HAN.search(text) else 160
    if len(text) > most:
        ends = [m.end() for m in re.finditer(r"[.。？！](?=\s|$|[^\x00-\x7f])", text)]
        whole = [end for end in ends if most / 3 <= end <= most]
        text = text[: max(whole)] if whole else text[: most - 1].rstrip() + "…"
    return markup.escape(text)


def minutes(html: str) -> int:
    text = re.sub(r"<pre.*?</pre>|<[^>]+>", " ", html, flags=re.DOTALL)
    words = len(re.findall(r"[A-Za-z0-9']+", text))
    characters = len(HAN.findall(text))
    return max(1, math.ceil(characters / HAN_PER_MINUTE + words / WORDS_PER_MINUTE))


@event_priority(0)
def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> TemplateContext:
    """After static-i18n (50): links between languages work below any path."""
    for other in config.extra["alternate"]:
        if file := page.file.alternates.get(other["lang"]):  # type: ignore[attr-defined]
            other["link"] = file.url
    return context
