"""Reads what an app printed: which lines explain a failure, and what raised where."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.judge.app.tracebacks import EXCEPTION, FRAME, Location

GRAVE = re.compile(r"\b(warning|warn|error|critical|fatal|exception)\b", re.I)
TRACEBACK = "Traceback (most recent call last):"
# What a server says before the traceback of a request, and what calls its handler.
OF_A_REQUEST = re.compile(r"ASGI application|/starlette/|/uvicorn/protocols/")
# Between the parts of one traceback stand lines like these.
CHAINED = ("During handling of", "The above exception", "Traceback (")
SHOWN_OF_TRACEBACK = 6
# Log libraries put a traceback into one of these members of a JSON line.
MEMBERS = ("exception", "exc_info", "traceback", "stack")


@dataclass
class Said:
    """What belongs together: a line, or a traceback with the line before it."""

    lines: list[str] = field(default_factory=list)
    raised: bool = False
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        found = (self.record.get(name) for name in MEMBERS)
        told = next((t for t in found if isinstance(t, str)), "")
        return told or "\n".join(self.lines)

    def names(self, request_id: str | None) -> bool:
        return bool(request_id) and any(str(request_id) in x for x in self.lines)

    @property
    def of_a_request(self) -> bool:
        return "request_id" in self.record or bool(OF_A_REQUEST.search(self.text))

    @property
    def grave(self) -> bool:
        if self.raised:
            return True
        if self.record:
            level = self.record.get("level") or self.record.get("levelname") or ""
            return bool(GRAVE.fullmatch(str(level)))
        return bool(GRAVE.search(self.lines[0]))

    def shown(self) -> list[str]:
        """Its lines as a report shows them: of a traceback the end."""
        if not self.raised:
            return self.lines
        rest = self.text.strip().splitlines()
        told = {k: v for k, v in self.record.items() if k not in MEMBERS}
        head = [json.dumps(told, ensure_ascii=False, default=str)] if told else []
        return [*head, *rest[-SHOWN_OF_TRACEBACK:]]

    def exception(self) -> str | None:
        """The last line that names an exception, with its message."""
        for line in reversed(self.text.splitlines()):
            if found := EXCEPTION.match(line.strip(" |+-")):
                return found[1][:300]
        return None

    def frames(self, target: Path) -> Iterator[Location]:
        """The lines of the target that it went through, the innermost first."""
        for path, line, function in reversed(FRAME.findall(self.text)):
            file = Path(path)
            if file.is_relative_to(target):
                name = file.relative_to(target).as_posix()
                yield Location(name, int(line), function or None)


def read(printed: str) -> list[Said]:
    """What was printed, in its order."""
    found: list[Said] = []
    inside = False
    for line in printed.splitlines():
        if inside and found[-1].lines[-1:] and _goes_on(found[-1].lines, line):
            found[-1].lines.append(line)
            continue
        inside = False
        if not line.strip():
            continue
        record = _record(line)
        raised = any(TRACEBACK in str(record.get(name)) for name in MEMBERS)
        if TRACEBACK in line and not record:
            inside = True
            # The line before the traceback names its request.
            if found and not found[-1].raised and found[-1].grave:
                found[-1].lines.append(line)
                found[-1].raised = True
                continue
            raised = True
        found.append(Said([line], raised, record))
    return found


def _goes_on(lines: Sequence[str], line: str) -> bool:
    """Whether a line belongs to the traceback that ends with `lines` so far."""
    bare = line.lstrip(" |+-")
    if not line.strip() or line[:1] in " |" or bare.startswith(CHAINED):
        return True
    # The exception itself, and nothing after it.
    return bool(lines[-1].startswith(" ") and EXCEPTION.match(bare))


def _record(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
