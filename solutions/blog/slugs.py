"""Slugs: how a title becomes a part of a URL."""

import re
import secrets
import unicodedata
from collections.abc import Iterator


def slugify(title: str) -> str:
    """The ASCII letters and digits of a title; "post" if it has none."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", ascii_only.decode().lower())
    return "-".join(words)[:60].rstrip("-") or "post"


def candidates(given: str | None, title: str) -> Iterator[str]:
    """The slugs to try, in turn: the given one alone, or as many as it takes."""
    if given is not None:
        yield given
        return
    derived = slugify(title)
    yield derived
    while True:
        yield f"{derived}-{secrets.token_hex(4)}"


def rank(given: str | None, title: str) -> tuple[str, bool]:
    """Sorts by slug; of two equal ones the given one is first: it cannot change."""
    return given or slugify(title), given is None
