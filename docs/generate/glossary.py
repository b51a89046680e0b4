"""The page of terms, both languages side by side, from `docs/glossary.toml`."""

import tomllib
from pathlib import Path
from typing import Any

from docs.generate.objectives import DOCS
from docs.generate.texts import LANGUAGES, TEXTS, table, twin


def files() -> dict[Path, str]:
    return {twin(DOCS / "glossary.md", lang): page(lang) for lang in LANGUAGES}


def terms() -> list[dict[str, Any]]:
    """Each term with its names `en` and `zh`, what it `says`, and words to avoid."""
    source = (DOCS / "glossary.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(source)["term"]
    return found


def page(language: str) -> str:
    texts = TEXTS[language]["glossary"]
    rows = [[texts["english"], texts["chinese"], texts["meaning"]]]
    for term in sorted(terms(), key=lambda term: str(term["en"]).lower()):
        rows.append([term["en"], term["zh"], term["says"][language]])
    return f"# {texts['title']}\n\n{texts['intro']}\n\n{table(rows)}\n"
