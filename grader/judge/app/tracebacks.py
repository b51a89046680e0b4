"""Finds the exception, and the learner's line that raised it, in printed output."""

import re
from dataclasses import dataclass
from pathlib import Path

# A traceback on its own lines, or inside a JSON log line with its quotes escaped.
FRAME = re.compile(r'File \\?"([^"\\]+)\\?", line (\d+)(?:, in ([\w<>]+))?')
EXCEPTION = re.compile(
    r"^(?:\w+\.)*([A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Timeout)\b.*)$"
)


@dataclass(frozen=True)
class Location:
    """A line of the learner's: `file` is relative to the target."""

    file: str
    line: int
    function: str | None


def last_location(printed: str, target: Path) -> Location | None:
    for path, line, function in reversed(FRAME.findall(printed)):
        file = Path(path)
        if file.is_relative_to(target):
            return Location(
                file.relative_to(target).as_posix(), int(line), function or None
            )
    return None


def last_exception(printed: str) -> str | None:
    """The last line that names an exception, with its message."""
    for line in reversed(printed.replace("\\n", "\n").splitlines()):
        if found := EXCEPTION.match(line.strip()):
            return found[1].rstrip('"},')[:300]
    return None
