"""Corrects the paths of errors in unions: Pydantic puts the member's tag into them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from given import errors

Path = Sequence[str | int]


async def on_invalid_request(
    request: Request, error: RequestValidationError
) -> JSONResponse:
    """The answer of `given.errors`, with paths as they are in the body."""
    items = [item | {"loc": path_of(item, error.body)} for item in error.errors()]
    untagged = RequestValidationError(items, body=error.body)
    return await errors.on_invalid_request(request, untagged)


def path_of(item: Mapping[str, Any], body: Any) -> Path:
    source, *path = item["loc"]
    if source != "body" or item["type"] == "json_invalid":
        return (source, *path)
    return (source, *steps(path, body, missing=item["type"] == "missing"))


def steps(path: Path, value: Any, *, missing: bool) -> Iterator[str | int]:
    """The steps of a path that are in the body, and the last one if it is missing."""
    for place, step in enumerate(path, start=1):
        if isinstance(value, dict) and step not in value:
            if missing and place == len(path):
                yield step
            continue
        yield step
        if isinstance(value, dict):
            value = value[step]
        else:
            is_item = isinstance(value, list) and isinstance(step, int)
            value = value[step] if is_item else None
