"""Output that always arrives: what a terminal's encoding lacks is replaced."""

import codecs
import io
import sys

HANDLER = "workbook.replace"
# What carries meaning in a report keeps it; anything else becomes a question mark.
PLAIN = {
    "✓": "+",
    "✗": "x",
    "·": "-",
    "–": "-",
    "—": "-",
    "▸": ">",
    "▶": ">",
    "■": "=",
    "→": "->",
    "…": "...",
    "“": '"',
    "”": '"',
    "×": "x",
    "≤": "<=",
    "≥": ">=",
    "❯": ">",
}


def show_what_can_be_shown() -> None:
    """No print fails on a character from here on, whatever the terminal's encoding."""
    codecs.register_error(HANDLER, replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def replaced(error: UnicodeError) -> tuple[str, int]:
    """Half a surrogate pair and the like are replaced too."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in lost), error.end
