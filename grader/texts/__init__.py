"""Every sentence that a person reads: a key with parameters, in two languages."""

import locale
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Text:
    """A sentence that is not yet in any language."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def render(self, language: str) -> str:
        """The sentence in `language`, "en" or "zh"."""
        return catalogue(language)[self.key].format_map(
            _readable(self.params, language)
        )

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "params": dict(self.params)}


def say(key: str, language: str, **params: object) -> str:
    return Text(key, params).render(language)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of a language: the tool's, and those of each problem's suite."""
    sentences: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob(f"*{language}.toml")):
        sentences |= _flat(tomllib.loads(path.read_text("utf-8")))
    return sentences


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", value))
    return rows


def _readable(params: Mapping[str, object], language: str) -> dict[str, object]:
    return {
        name: value.render(language) if isinstance(value, Text) else value
        for name, value in params.items()
    }


def preferred_language() -> str:
    """The language of the locale: "zh" for a Chinese one, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    found = locale.getlocale()[0] or ""
    return "zh" if found.lower().startswith(("zh", "chinese")) else "en"
