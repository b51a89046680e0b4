"""Slugs: how a title becomes a part of a URL."""

import re
import secrets
import unicodedata
from collections.abc import Iterator

from blog.unwritten import NotWritten


def slugify(title: str) -> str:
    """The ASCII letters and digits of a title; "post" if it has none."""
    raise NotWritten(1)


def candidates(given: str | None, title: str) -> Iterator[str]:
    """The slugs to try, in turn: the given one alone, or as many as it takes."""
    raise NotWritten(1)
