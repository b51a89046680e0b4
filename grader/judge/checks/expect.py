"""What suites state: each function fails the check with what was expected and got."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NoReturn

import httpx

from grader.judge.checks.answers import body
from grader.judge.checks.failures import CheckFailed

# How much of a list in the wrong order a report shows.
SHOWN_IN_ORDER = 10


def fail(
    key: str, *, expected: Any = None, got: Any = None, **params: object
) -> NoReturn:
    raise CheckFailed(key, expected=expected, got=got, params=params)


def equal(key: str, got: Any, expected: Any, **params: object) -> None:
    """`key` names what is compared, in `texts`."""
    if got != expected:
        fail(key, expected=expected, got=got, **params)


def true(
    key: str, holds: object, *, expected: Any = None, got: Any = None, **params: object
) -> None:
    if not holds:
        fail(key, expected=expected, got=got, **params)


def status(reply: httpx.Response, *expected: int) -> None:
    """The status is one of `expected`."""
    if reply.status_code not in expected:
        fail("status", expected=_alternatives(expected), got=reply.status_code)


def statuses(replies: Iterable[httpx.Response], *expected: int) -> None:
    """The statuses of several answers, in any order, are exactly `expected`."""
    got = sorted(reply.status_code for reply in replies)
    equal("statuses", got, sorted(expected))


def problem(reply: httpx.Response, code: int, name: str | None = None) -> None:
    """An error as RFC 9457: the media type, the status inside and out, its `code`."""
    status(reply, code)
    media_type = reply.headers.get("content-type", "").split(";")[0].strip().lower()
    equal("media_type", media_type, "application/problem+json")
    found = body(reply)
    true("problem_object", isinstance(found, dict), expected="{…}", got=found)
    equal("problem_field", found["status"], code, field="status")
    if name is not None:
        equal("problem_field", found["code"], name, field="code")


def names_field(reply: httpx.Response, field: str) -> None:
    """The `errors` of a 422 name `field`, by a JSON pointer or as a parameter."""
    errors = body(reply)["errors"]
    true(
        "errors_list", isinstance(errors, list) and errors, expected="[{…}]", got=errors
    )
    names = [
        str(error.get("parameter") or error.get("pointer") or "").split("/")[-1]
        for error in errors
        if isinstance(error, dict)
    ]
    true("errors_name", field in names, expected=field, got=names)


def header(reply: httpx.Response, name: str) -> str:
    """The header is there; returns its value."""
    value = reply.headers.get(name)
    if not value:
        fail(
            "header_missing", expected=name, got=sorted(set(reply.headers)), header=name
        )
    return str(value)


def fields(got: Any, **expected: Any) -> None:
    """An object of the answer has these fields with these values."""
    true("object", isinstance(got, dict), expected="{…}", got=got)
    for name, value in expected.items():
        equal("field", got[name], value, field=name)


def absent(got: Collection[str], *names: str) -> None:
    """None of the names is in it."""
    for name in names:
        true("absent", name not in got, got=name, name=name)


def listed(got: Sequence[Any], expected: Sequence[Any], what: str) -> None:
    """The same things in the same order; the difference is shown, not the lists."""
    if list(got) != list(expected):
        if sorted(got, key=str) == sorted(expected, key=str):
            _in_order(list(got), list(expected), what)
        missing = [x for x in expected if x not in got]
        extra = [x for x in got if x not in expected]
        twice = sorted({x for x in got if list(got).count(x) > 1}, key=str)
        fail(
            "listed",
            expected=len(expected),
            got={
                "length": len(got),
                "missing": missing,
                "extra": extra,
                "twice": twice,
            },
            what=what,
        )


def _in_order(got: list[Any], expected: list[Any], what: str) -> NoReturn:
    """Show a wrong order from the first place that differs."""
    first = next(
        n
        for n, pair in enumerate(zip(got, expected, strict=True))
        if pair[0] != pair[1]
    )
    shown = slice(first, first + SHOWN_IN_ORDER)
    fail("order", expected=expected[shown], got=got[shown], what=what, place=first + 1)


def at_most(key: str, got: float, limit: float, **params: object) -> None:
    if got > limit:
        fail(key, expected=f"≤ {limit:g}", got=got, **params)


def _alternatives(codes: Sequence[int]) -> Any:
    return codes[0] if len(codes) == 1 else " | ".join(str(c) for c in codes)
