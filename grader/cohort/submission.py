"""A submission: who handed it in, where its packages lie, and what to know of it."""

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from grader.texts import Text


@dataclass(frozen=True)
class Person:
    """A student, as far as a folder or a roster tells."""

    name: str
    # The number or login that a platform knows them by, and an address.
    id: str = ""
    email: str = ""

    @property
    def keys(self) -> set[str]:
        """What a roster and a folder may have in common."""
        local = self.email.partition("@")[0]
        found = {plain(text) for text in (self.name, self.id, self.email, local)}
        return found - {""}


@dataclass
class Submission:
    # Names its files in the results; unique among the submissions.
    id: str
    people: list[Person]
    # The folder or file that it was found in, as a teacher would look for it.
    source: str
    folder: Path
    # When it was handed in, in any form that sorts; "" when nobody knows.
    handed_in: str = ""
    # For each problem the folder that holds its package.
    packages: dict[str, Path] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)


@dataclass(frozen=True)
class Unplaced:
    """What lies there and is not graded."""

    source: str
    why: Text


def plain(text: str) -> str:
    """A name without what people write differently: case, spaces, marks."""
    whole = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in whole if letter.isalnum() or letter == "@")


def file_name(text: str) -> str:
    """A name that every system takes for a file; letters of all scripts stay."""
    whole = unicodedata.normalize("NFC", text)
    kept = "".join(c if c.isalnum() or c in "-_.@+" else "-" for c in whole)
    return kept.strip("-.")[:80] or "submission"
