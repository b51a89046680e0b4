"""Reads the JSON of an answer; what is not as promised fails the check."""

import json
from typing import Any

import httpx

from grader.judge.checks.exchange import shown
from grader.judge.checks.failures import CheckFailed


class Fields(dict[str, Any]):
    """A JSON object of the app's; a field that is not there fails the check."""

    def __missing__(self, name: str) -> Any:
        raise CheckFailed(
            "field_missing", expected=name, got=sorted(self), params={"field": name}
        )


def member(reply: httpx.Response, name: str) -> str:
    """A member of the JSON object that an answer must be, as a string."""
    found = body(reply)
    if not isinstance(found, Fields):
        raise CheckFailed("object", expected="{…}", got=found)
    return str(found[name])


def body(reply: httpx.Response) -> Any:
    """The JSON of an answer, objects as `Fields`; the check fails if it is none."""
    try:
        return json.loads(reply.content, object_hook=Fields)
    except (ValueError, RecursionError):
        # The charset that an app names may be one that nobody knows.
        text = reply.content.decode("utf-8", "replace")
        raise CheckFailed("not_json", got=shown(text)) from None
