"""The grader's own files: are they still what they were before learners' code ran?"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.catalogue import SLUGS
from grader.paths import ROOT, SOLUTIONS, SUITES


class Originals:
    """Remembers the files that verdicts are made with.

    Their bytecode is not among them: the judge writes it as it goes.
    """

    def __init__(self) -> None:
        self._before = digests(paths())
        self._bytecode = digests(bytecode())

    def changed(self) -> list[str]:
        """The names of those that are new, gone or not as they were."""
        now = digests(paths())
        names = sorted(self._before.keys() | now.keys())
        return [name for name in names if self._before.get(name) != now.get(name)]

    def drop_new_bytecode(self) -> None:
        """Bytecode is believed without a look at its source: an app may have put it."""
        for name, found in digests(bytecode()).items():
            if self._bytecode.get(name) != found:
                (ROOT / name).unlink(missing_ok=True)


def digests(files: Iterable[Path]) -> dict[str, bytes]:
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).digest()
        for path in files
        if path.is_file()
    }


def bytecode() -> Iterator[Path]:
    for home in (ROOT / "grader", SUITES, SOLUTIONS):
        yield from home.rglob("*.pyc")


def paths() -> Iterator[Path]:
    found = [path for home in (ROOT / "grader", SOLUTIONS) for path in home.rglob("*")]
    # The record of a proof is written while apps are graded.
    for home in (SUITES, *(SUITES / slug for slug in SLUGS)):
        found += [*home.glob("*.py"), *home.glob("*.toml")]
        found += (home / "variants").rglob("*")
    # Whatever lies beside them as a module hides a library of that name.
    found += [*ROOT.glob("*.py"), *ROOT.glob("*/__init__.py")]
    for path in found:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
