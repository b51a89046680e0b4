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
    by_name = sorted(terms(), key=lambda term: str(term["en"]).lower())
    head = [texts["english"], texts["chinese"], texts["meaning"]]
    rows = [[term["en"], term["zh"], term["says"][language]] for term in by_name]
    return f"# {texts['title']}\n\n{texts['intro']}\n\n{table([head, *rows])}\n"
