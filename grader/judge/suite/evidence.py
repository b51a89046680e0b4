"""Makes of a failed check what a report shows: everything in JSON, nothing in prose."""

import json
from typing import Any

from grader.catalogue import Check
from grader.judge.app.world import World
from grader.judge.checks.exchange import Exchange, shown
from grader.judge.checks.failures import AppDown, CheckFailed, Evidence
from grader.judge.suite.observed import culprit, explaining, last_raised, notes
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
    shown_last, known = culprit(world, failure)
    down = isinstance(failure, AppDown)
    location, exception = last_raised(world, shown_last, down=down)
    if down and location is None:
        exception = last_words(world)
    log, log_left_out = explaining(world, shown_last, KEPT_LOG_LINES, down=down)
    exchanges, left_out = exchanged(world, shown_last)
    # The same was done to several servers: one note is enough.
    noted = {note.render(language): note for note in notes(world)}
    if "PermissionError" in f"{exception} {evidence.got}" and world.confined:
        shut_in = Text("note.confined")
        noted[shut_in.render(language)] = shut_in
    return {
        "key": evidence.label.key,
        "params": dict(evidence.label.params),
        "text": evidence.label.render(language),
        "expected": _plain(evidence.expected),
        "got": _plain(evidence.got),
        "why": check.why.text[language],
        "read": check.why.read,
        "notes": [{**note.to_json(), "text": text} for text, note in noted.items()],
        "exchanges": [
            {**e.to_json(), "failed": known and e is shown_last} for e in exchanges
        ],
        "exchanges_left_out": left_out,
        "where": {
            "file": location.file,
            "line": location.line,
            "function": location.function,
        }
        if location
        else None,
        "exception": exception,
        "log": log,
        "log_left_out": log_left_out,
    }


def exchanged(world: World, last: Exchange | None) -> tuple[list[Exchange], int]:
    """The exchanges to show, `last` at the end, and how many others there are."""
    others = [e for e in world.transcript.exchanges if e is not last]
    kept = others[-(KEPT_EXCHANGES - 1) :]
    return [*kept, *([last] if last else [])], len(others) - len(kept)


def last_words(world: World) -> str | None:
    """The exception that an app ended with that is not the learner's own line."""
    return next(
        (found for server in reversed(world.servers) if (found := server.exception())),
        None,
    )


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
