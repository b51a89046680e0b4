"""Makes of a failed check what a report shows: everything in JSON, nothing in prose."""

import json
from typing import Any

from grader.catalogue import Check
from grader.judge.app.world import World
from grader.judge.checks.exchange import shown
from grader.judge.checks.failures import CheckFailed, Evidence
from grader.judge.suite.observed import last_lines, last_raised, notes
from grader.texts import Text

KEPT_EXCHANGES = 6
KEPT_LOG_LINES = 12


def describe(
    world: World, check: Check, failure: BaseException, language: str
) -> dict[str, Any]:
    """The `failure` of a check in the result's JSON."""
    evidence = (
        failure.evidence if isinstance(failure, CheckFailed) else _unforeseen(failure)
    )
    location, exception = last_raised(world)
    # The same was done to several servers: one note is enough.
    noted = {note.render(language): note for note in notes(world)}
    return {
        "key": evidence.label.key,
        "params": dict(evidence.label.params),
        "text": evidence.label.render(language),
        "expected": _plain(evidence.expected),
        "got": _plain(evidence.got),
        "why": check.why.text[language],
        "read": check.why.read,
        "notes": [{**note.to_json(), "text": text} for text, note in noted.items()],
        "exchanges": [e.to_json() for e in world.transcript.last(KEPT_EXCHANGES)],
        "where": {
            "file": location.file,
            "line": location.line,
            "function": location.function,
        }
        if location
        else None,
        "exception": exception,
        "log": last_lines(world, KEPT_LOG_LINES),
    }


def _unforeseen(failure: BaseException) -> Evidence:
    trace = failure.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    raised_at = (
        f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    )
    said = f"{type(failure).__name__}: {failure}"
    return Evidence(Text("failure.grader"), got=shown(f"{said} ({raised_at})"))


def _plain(value: Any) -> Any:
    """As JSON holds it; a Text keeps its key, to be said in any language."""
    if isinstance(value, Text):
        return {"text": value.to_json()}
    try:
        return json.loads(json.dumps(value, ensure_ascii=False, default=str))
    except ValueError:
        return str(value)
