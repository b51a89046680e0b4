"""The sentences of generated pages, and how pages, anchors and tables are written."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
LANGUAGES = tuple(TEXTS)


def twin(page: Path, language: str) -> Path:
    """The page itself in English, the one beside it in Chinese."""
    return page if language == "en" else page.with_name(f"{page.stem}.zh.md")


def anchor(heading: str) -> str:
    """What GitHub and the site make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first row is its head."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])
