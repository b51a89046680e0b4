"""What is characteristic of a piece of Python: winnowed hashes of its tokens.

Names, texts and layout do not count, so that renaming hides nothing. Whatever two files
have in common over `LENGTH + WINDOW - 1` tokens, some five lines, has a mark in both
(Schleimer, Wilkerson, Aiken: Winnowing, 2003).
"""

import hashlib
import io
import keyword
import token
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LENGTH, WINDOW = 30, 12
LAYOUT = {
    token.COMMENT,
    token.NL,
    token.NEWLINE,
    token.INDENT,
    token.DEDENT,
    token.ENCODING,
    token.ENDMARKER,
}


class Mark(NamedTuple):
    """One hash, and the lines of the file that it was made from."""

    hash: int
    file: str
    first: int
    last: int


def marks(file: str, content: bytes) -> list[Mark]:
    """Of one file; none of what is no Python, or too short to say anything."""
    try:
        words = list(_words(content))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
    made = [
        Mark(
            _hash(word for word, _ in words[n : n + LENGTH]),
            file,
            words[n][1],
            words[n + LENGTH - 1][1],
        )
        for n in range(len(words) - LENGTH + 1)
    ]
    return list(_winnowed(made))


def _hash(words: Iterable[str]) -> int:
    """The same in every process, as Python's own is not."""
    whole = hashlib.blake2b("\0".join(words).encode(), digest_size=8)
    return int.from_bytes(whole.digest(), "big")


def _words(content: bytes) -> Iterator[tuple[str, int]]:
    """Tokens as far as they count, each with its line."""
    for one in tokenize.tokenize(io.BytesIO(content).readline):
        if one.type in LAYOUT:
            continue
        word = one.string
        if one.type == token.NAME and not keyword.iskeyword(word):
            word = "name"
        elif one.type in (token.STRING, token.NUMBER):
            word = token.tok_name[one.type]
        yield word, one.start[0]


def _winnowed(made: list[Mark]) -> Iterator[Mark]:
    """The least of each window, each once."""
    last: Mark | None = None
    for start in range(max(1, len(made) - WINDOW + 1) if made else 0):
        least = min(reversed(made[start : start + WINDOW]), key=lambda m: m.hash)
        if least is not last:
            last = least
            yield least
