"""Reads the JSON of an answer; what is not as promised fails the check."""

import json
from typing import Any

import httpx

from grader.judge.checks.exchange import shown
from grader.judge.checks.failures import CheckFailed


class Fields(dict[str, Any]):
    """A JSON object of the app's; a field that is not there fails the check."""

    # The request that it answers, where that is known.
    exchange: object = None

    def __missing__(self, name: str) -> Any:
        raise CheckFailed(
            "field_missing",
            expected=name,
            got=sorted(self),
            params={"field": name},
            exchange=self.exchange,
        )


def exchange_of(answer: object) -> object:
    """The request that an answer, or an object in it, belongs to."""
    if isinstance(answer, httpx.Response):
        return answer.extensions.get("exchange")
    return answer.exchange if isinstance(answer, Fields) else None


def member(reply: httpx.Response, name: str) -> str:
    """A member of the JSON object that an answer must be, as a string."""
    found = body(reply)
    if not isinstance(found, Fields):
        exchange = exchange_of(reply)
        raise CheckFailed("object", expected="{…}", got=found, exchange=exchange)
    return str(found[name])


def body(reply: httpx.Response) -> Any:
    """The JSON of an answer, objects as `Fields`; the check fails if it is none."""
    exchange = exchange_of(reply)

    def fields(found: dict[str, Any]) -> Fields:
        made = Fields(found)
        made.exchange = exchange
        return made

    try:
        return json.loads(reply.content, object_hook=fields)
    except (ValueError, RecursionError):
        # The charset that an app names may be one that nobody knows.
        text = reply.content.decode("utf-8", "replace")
        raise CheckFailed("not_json", got=shown(text), exchange=exchange) from None
