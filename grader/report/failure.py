"""One failure as every report shows it: labelled parts, cut only where values agree."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.report.translate import readable
from grader.texts import say

Failure = dict[str, Any]
SHOWN_LINE = 600
SHOWN_EXCEPTION = 200
SHORT = 60
# A learner's output may hold escape sequences, halves of characters, and marks that
# turn the direction of text; none reaches a terminal or a page.
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Room:
    """How much of a failure is shown: characters of a value, requests, their size."""

    characters: int
    exchanges: int
    answer: int
    # Lines of the app's output, and how much of each.
    log: int
    line: int
    # Whether requests before the last are shown with what they sent and got.
    whole: bool


# A page has room; a terminal shows several failures on one screen.
PAGE = Room(
    characters=700, exchanges=6, answer=SHOWN_LINE, log=12, line=400, whole=True
)
SCREEN = Room(characters=200, exchanges=3, answer=230, log=4, line=150, whole=False)


@dataclass(frozen=True)
class Part:
    """A line or more of an explanation; `kind` is how it is shown.

    Kinds: "text" what was compared, "aside" what comes next, "field" with a label,
    "place" the learner's line, "link" where to read, "request" and "answer",
    "earlier" a request in short, "log" the app's output.
    """

    kind: str
    text: str
    label: str = ""

    def __str__(self) -> str:
        if self.kind == "request":
            return f"$ {self.text}"
        if self.kind in ("answer", "earlier", "log"):
            return f"  {self.text}"
        return f"{self.lead}{self.text}"

    @property
    def lead(self) -> str:
        """The label with its colon, which in Chinese is a wide one."""
        if not self.label:
            return ""
        return self.label + (": " if self.label.isascii() else "：")


def explained(
    failure: Failure, language: str, target: str, room: Room = PAGE
) -> list[Part]:
    """Everything that helps to mend it. `target` is the folder that was graded."""
    return [
        Part("text", clean(failure["text"])),
        *compared(failure, language, room),
        *raised(failure, language, target),
        *exchanged(failure, language, room),
        *(field("note", note["text"], language) for note in failure["notes"]),
        *logged(failure, language, room),
        field("why", failure["why"], language),
        Part("link", clean(failure["read"]), say("ui.read", language)),
    ]


def compared(failure: Failure, language: str, room: Room) -> Iterator[Part]:
    names = ("expected", "got")
    expected, got = (text_of(failure[name], language) for name in names)
    if failure["key"] == "failure.bugs_missed":
        # What the missed ones do is told beside it.
        got = f"{failure['got']['caught']} / {failure['got']['of']}"
    texts = focused(expected, got, room.characters)
    for name, text in zip(names, texts, strict=True):
        if failure[name] is not None:
            yield field(name, text, language)


def raised(failure: Failure, language: str, target: str) -> Iterator[Part]:
    exception = clean(failure["exception"] or "")
    if where := failure["where"]:
        # `file:line: message`, as compilers write it: editors jump there.
        said = exception[:SHOWN_EXCEPTION].replace("\n", " ")
        place = f"{source(failure, target)}:{int(where['line'])}"
        function = clean(f" ({where['function']})" if where["function"] else "")
        yield Part("place", f"{place}: {said}{function}", say("ui.where", language))
    if exception and not (where and len(exception) <= SHOWN_EXCEPTION):
        yield field("exception", exception, language)


def source(failure: Failure, target: str) -> str:
    """The learner's file, from where the reader stands if it lies below."""
    return from_here(Path(target) / str(failure["where"]["file"]))


def from_here(path: Path) -> str:
    """A path as the reader would type it."""
    here = Path.cwd()
    if path.is_absolute() and path.is_relative_to(here):
        path = path.relative_to(here)
    return clean(path.as_posix())


def exchanged(failure: Failure, language: str, room: Room) -> Iterator[Part]:
    """The last requests, at the end the one that failed, with who sent it."""
    shown = failure["exchanges"][-room.exchanges :]
    if not shown:
        return
    *earlier, last = shown
    left_out = len(failure["exchanges"]) - len(shown)
    left_out += failure.get("exchanges_left_out", 0)
    if left_out:
        yield Part("aside", say("ui.exchanges_left_out", language, count=left_out))
    several = any(e.get("server", 1) > 1 for e in failure["exchanges"])
    for exchange in earlier:
        who = _who(exchange, language, several=several)
        yield from _whole(exchange, room) if room.whole else [_short(exchange, who)]
    who = _who(last, language, several=several)
    key = "failed_request" if last.get("failed") else "last_request"
    if earlier or left_out or last.get("failed"):
        yield Part("aside", say(f"ui.{key}", language, who=who))
    yield from _whole(last, room)


def _whole(exchange: dict[str, Any], room: Room) -> Iterator[Part]:
    yield Part("request", clean(exchange["request"])[:SHOWN_LINE])
    body = str(exchange["body"])
    if exchange.get("method") == "WS":
        body = _end_of(body, room.answer)
    answer = exchange["error"] or f"{exchange['status']} {body}"
    yield Part("answer", clean(str(answer))[: room.answer + len("101 …\n")])


def _end_of(dialogue: str, characters: int) -> str:
    """Its last lines that fit: what a socket said last is what went wrong."""
    kept: list[str] = []
    for line in reversed(dialogue.splitlines()):
        if kept and len("\n".join([line, *kept])) > characters:
            return "\n".join(["…", *kept])
        kept.insert(0, line[:characters])
    return "\n".join(kept)


def _who(exchange: dict[str, Any], language: str, *, several: bool) -> str:
    """Who sent it, and which server was asked if there were several."""
    who = clean(str(exchange.get("who", "?")))
    if not several:
        return who
    return say("ui.at_server", language, who=who, server=exchange.get("server", 1))


def _short(exchange: dict[str, Any], who: str) -> Part:
    """Who sent what and got which status, in a line or two."""
    words = [
        f"{who}:",
        exchange.get("method", ""),
        exchange.get("path", exchange["request"])[:SHORT],
        exchange.get("sent", "")[:SHORT],
        f"→ {exchange['error'] or exchange['status']}",
    ]
    return Part("earlier", " ".join(clean(" ".join(words)).split()))


def logged(failure: Failure, language: str, room: Room) -> Iterator[Part]:
    """What the app printed about it, where no line of the code tells as much."""
    if failure["log"] and not failure["where"]:
        left_out = failure.get("log_left_out", 0)
        left_out += max(0, len(failure["log"]) - room.log)
        key = "log_cut" if left_out else "log"
        yield Part("aside", say(f"ui.{key}", language, count=left_out))
        for text in failure["log"][-room.log :]:
            yield Part("log", clean(text)[: room.line])


def field(name: str, value: object, language: str) -> Part:
    return Part("field", clean(str(value)), say(f"ui.{name}", language))


def clean(text: str) -> str:
    return CONTROL.sub("�", text)


def text_of(value: Any, language: str) -> str:
    said = readable(value, language)
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def focused(expected: str, got: str, limit: int) -> tuple[str, str]:
    """Long texts are cut, but never where they differ for the first time."""
    pairs = enumerate(zip(expected, got, strict=False))
    differ = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(got)))
    start = 0 if differ < limit // 2 else differ - limit // 4
    return window(expected, start, limit), window(got, start, limit)


def window(text: str, start: int, limit: int) -> str:
    before = "…" if start else ""
    after = "…" if len(text) > start + limit else ""
    return f"{before}{text[start : start + limit]}{after}"
