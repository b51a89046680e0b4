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
SHOWN_EXCHANGES = 3
SHOWN_CHARACTERS = 700
SHOWN_LINE = 600
SHOWN_EXCEPTION = 200
# A learner's output may hold escape sequences, halves of characters, and marks that
# turn the direction of text; none reaches a terminal or a page.
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Part:
    """A line or more of an explanation; `kind` is how it is shown.

    Kinds: "text" what was compared, "field" with a label, "place" the learner's line,
    "link" where to read, "request" and "answer", "log" the app's output.
    """

    kind: str
    text: str
    label: str = ""

    def __str__(self) -> str:
        if self.kind == "request":
            return f"$ {self.text}"
        if self.kind in ("answer", "log"):
            return f"  {self.text}"
        return f"{self.lead}{self.text}"

    @property
    def lead(self) -> str:
        """The label with its colon, which in Chinese is a wide one."""
        if not self.label:
            return ""
        return self.label + (": " if self.label.isascii() else "：")


def explained(failure: Failure, language: str, target: str) -> list[Part]:
    """Everything that helps to mend it. `target` is the folder that was graded."""
    return [
        Part("text", clean(failure["text"])),
        *compared(failure, language),
        *raised(failure, language, target),
        *(field("note", note["text"], language) for note in failure["notes"]),
        *exchanged(failure["exchanges"]),
        *logged(failure, language),
        field("why", failure["why"], language),
        Part("link", clean(failure["read"]), say("ui.read", language)),
    ]


def compared(failure: Failure, language: str) -> Iterator[Part]:
    names = ("expected", "got")
    texts = focused(*(text_of(failure[name], language) for name in names))
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
    path = Path(target) / str(failure["where"]["file"])
    here = Path.cwd()
    if path.is_absolute() and path.is_relative_to(here):
        path = path.relative_to(here)
    return clean(path.as_posix())


def exchanged(exchanges: list[dict[str, Any]]) -> Iterator[Part]:
    for exchange in exchanges[-SHOWN_EXCHANGES:]:
        yield Part("request", clean(exchange["request"])[:SHOWN_LINE])
        answer = exchange["error"] or f"{exchange['status']} {exchange['body']}"
        yield Part("answer", clean(str(answer))[:SHOWN_LINE])


def logged(failure: Failure, language: str) -> Iterator[Part]:
    """The end of the app's output, where nothing else tells what happened."""
    if failure["log"] and not failure["where"] and failure["key"] != "failure.status":
        yield Part("text", say("ui.log", language))
        for text in failure["log"]:
            yield Part("log", clean(text))


def field(name: str, value: object, language: str) -> Part:
    return Part("field", clean(str(value)), say(f"ui.{name}", language))


def clean(text: str) -> str:
    return CONTROL.sub("�", text)


def text_of(value: Any, language: str) -> str:
    said = readable(value, language)
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def focused(expected: str, got: str) -> tuple[str, str]:
    """Long texts are cut, but never where they differ for the first time."""
    limit = SHOWN_CHARACTERS
    pairs = enumerate(zip(expected, got, strict=False))
    differ = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(got)))
    start = 0 if differ < limit // 2 else differ - limit // 4
    return window(expected, start, limit), window(got, start, limit)


def window(text: str, start: int, limit: int) -> str:
    before = "…" if start else ""
    after = "…" if len(text) > start + limit else ""
    return f"{before}{text[start : start + limit]}{after}"
