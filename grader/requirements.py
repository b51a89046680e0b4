"""Libraries of a learner's own: those of `requirements.txt` beside their packages.

They lie in an environment above the workbook's, which only the processes with a
learner's code look into: whatever is in it, the judge does not import it.
"""

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from grader import venvs
from grader.paths import LIBRARIES, STARTER

FILE = "requirements.txt"
# Whoever grades the work of others may allow what is not pinned, or is to be built.
ANYTHING = "WORKBOOK_ANY_REQUIREMENT"
PINNED = re.compile(r"[\w.-]+(\[[\w,.-]+\])?==[\w.+!-]+( *;.*)?")


def for_command(arguments: Sequence[str]) -> dict[str, str]:
    """What to add to the environment of a command that has these arguments."""
    target = target_of(arguments)
    if not lines_of(target / FILE):
        return {}
    return {LIBRARIES: str(installed(target))}


def target_of(arguments: Sequence[str]) -> Path:
    """The folder that --target names, as argparse would find it."""
    found = STARTER
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if len(name) > 3 and "--target".startswith(name):
            found = Path(value if equals else following).resolve()
    return found


def lines_of(file: Path) -> list[str]:
    """What a file asks for, without comments."""
    text = file.read_text("utf-8-sig") if file.is_file() else ""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def installed(target: Path) -> Path:
    """The folder with the libraries of a target, which is built when it must be."""
    file, lines = target / FILE, lines_of(target / FILE)
    ours = target == STARTER or os.environ.get(ANYTHING)
    if not ours:
        refuse_unpinned(file, lines)
    base = Path(venvs.for_learners()).parents[1]
    home = venvs.HOME / home_name(target, lines)
    pins = home.with_name(f"{home.name}.pins")
    pins.parent.mkdir(exist_ok=True)
    pins.write_text("\n".join(constraints()) + "\n", "utf-8")
    words = ["-c", str(pins), "-r", str(file)]
    # A package that has to be built runs code of its own while it is installed.
    words += [] if ours else ["--only-binary", ":all:"]
    try:
        venvs.ready(
            home, [*constraints(), *lines], words=words, above=venvs.packages(base)
        )
    except SystemExit:
        complain("requirements", file=file)
        raise
    return venvs.packages(home)


def refuse_unpinned(file: Path, lines: Sequence[str]) -> None:
    wrong = [line for line in lines if not PINNED.fullmatch(line)]
    if wrong:
        complain("unpinned", file=file, line=wrong[0], variable=ANYTHING)
        sys.exit(venvs.SETUP)


def complain(key: str, **params: object) -> None:
    # Here, so that whoever needs no libraries of their own needs no texts.
    from grader.texts import preferred_language, say

    print(say(f"setup.{key}", preferred_language(), **params), file=sys.stderr)


def home_name(target: Path, lines: Sequence[str]) -> str:
    """Those who ask for the same share an environment."""
    if target == STARTER:
        return "own"
    return f"own-{hashlib.sha256(repr(lines).encode()).hexdigest()[:12]}"


def constraints() -> list[str]:
    """The workbook's own pins, as constraints: these have no extras."""
    pins = [*venvs.libraries(), *venvs.pinned("grade", "learn")]
    return [re.sub(r"\[.*?\]", "", pin) for pin in pins]
