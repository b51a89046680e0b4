"""Makes of a failed check what a report shows: everything in JSON, nothing in prose."""

import json
from typing import Any

from grader.catalogue import Check
from grader.judge.app.world import World
from grader.judge.checks.exchange import shown
from grader.judge.checks.failures import CheckFailed, Evidence
from grader.texts import Text

SHOWN_EXCHANGES = 6
SHOWN_LOG_LINES = 12


def describe(
    world: World, check: Check, failure: BaseException, language: str
) -> dict[str, Any]:
    """The `failure` of a check in the result's JSON."""
    evidence = (
        failure.evidence if isinstance(failure, CheckFailed) else _unforeseen(failure)
    )
    place, exception = world.trouble()
    # Several servers are told of in the same words: once is enough.
    notes = {note.render(language): note for note in world.notes()}
    return {
        "key": evidence.label.key,
        "params": dict(evidence.label.params),
        "text": evidence.label.render(language),
        "expected": _plain(evidence.expected),
        "got": _plain(evidence.got),
        "why": check.why.text[language],
        "read": check.why.read,
        "notes": [{**note.to_json(), "text": text} for text, note in notes.items()],
        "exchanges": [e.to_json() for e in world.transcript.last(SHOWN_EXCHANGES)],
        "where": {
            "file": place.file,
            "line": place.line,
            "function": place.function,
        }
        if place
        else None,
        "exception": exception,
        "log": world.log_tail(SHOWN_LOG_LINES),
    }


def _unforeseen(failure: BaseException) -> Evidence:
    trace = failure.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    said = f"{type(failure).__name__}: {failure}"
    return Evidence(Text("failure.grader"), got=shown(f"{said} ({place})"))


def _plain(value: Any) -> Any:
    """As JSON holds it; a Text keeps its key, to be said in any language."""
    if isinstance(value, Text):
        return {"text": value.to_json()}
    try:
        return json.loads(json.dumps(value, ensure_ascii=False, default=str))
    except ValueError:
        return str(value)
