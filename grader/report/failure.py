"""One failure as a terminal shows it: what was sent, expected, got, and why."""

import json
import re
from typing import Any

from rich.console import RenderableType
from rich.text import Text as Styled

from grader.report.translate import readable
from grader.texts import say

Failure = dict[str, Any]
SHOWN_EXCHANGES = 3
SHOWN_CHARACTERS = 700
# A learner's output may hold escape sequences; none reaches the terminal.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def summarise(failure: Failure, language: str) -> list[RenderableType]:
    """What was compared, in one line."""
    return [Styled(clean(failure["text"]), "dim")]


def explain(failure: Failure, language: str) -> list[RenderableType]:
    """Everything that helps to mend it."""
    return [
        Styled(clean(failure["text"])),
        *compared(failure, language),
        *raised(failure, language),
        *(line("note", note["text"], language) for note in failure["notes"]),
        *exchanged(failure["exchanges"]),
        *logged(failure, language),
        line("why", failure["why"], language),
        line("read", failure["read"], language),
    ]


def compared(failure: Failure, language: str) -> list[RenderableType]:
    names = ("expected", "got")
    texts = focused(*(text_of(failure[name], language) for name in names))
    return [
        line(name, text, language)
        for name, text in zip(names, texts, strict=True)
        if failure[name] is not None
    ]


def raised(failure: Failure, language: str) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if where := failure["where"]:
        place = f"{where['file']}:{where['line']} {where['function'] or ''}"
        parts.append(line("where", place.strip(), language))
    if failure["exception"]:
        parts.append(line("exception", failure["exception"], language))
    return parts


def exchanged(exchanges: list[dict[str, Any]]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for exchange in exchanges[-SHOWN_EXCHANGES:]:
        parts.append(Styled(f"$ {clean(exchange['request'])[:600]}", "cyan"))
        answer = exchange["error"] or f"{exchange['status']} {exchange['body']}"
        parts.append(Styled(f"  {clean(str(answer))[:600]}", "dim"))
    return parts


def logged(failure: Failure, language: str) -> list[RenderableType]:
    """The end of the app's output, where nothing else tells what happened."""
    if not failure["log"] or failure["where"] or failure["key"] == "failure.status":
        return []
    lines = [Styled(f"  {clean(text)}", "dim") for text in failure["log"]]
    return [Styled(say("ui.log", language), "dim"), *lines]


def line(name: str, value: object, language: str) -> Styled:
    return Styled.assemble(
        (f"{say(f'ui.{name}', language)}: ", "dim"), clean(str(value))
    )


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
