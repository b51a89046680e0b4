"""What suites state: each function fails the check with what was expected and got."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NoReturn

import httpx

from grader.judge.checks.answers import body, exchange_of
from grader.judge.checks.failures import CheckFailed

# How much of a list in the wrong order a report shows.
SHOWN_IN_ORDER = 10


def fail(
    key: str,
    *,
    expected: Any = None,
    got: Any = None,
    of: object = None,
    **params: object,
) -> NoReturn:
    """`of` is the answer, or its body, that is wrong: a report shows its request."""
    raise CheckFailed(
        key, expected=expected, got=got, params=params, exchange=exchange_of(of)
    )


def equal(
    key: str, got: Any, expected: Any, *, of: object = None, **params: object
) -> None:
    """`key` names what is compared, in `texts`."""
    if got != expected:
        fail(key, expected=expected, got=got, of=of, **params)


def true(
    key: str,
    holds: object,
    *,
    expected: Any = None,
    got: Any = None,
    of: object = None,
    **params: object,
) -> None:
    if not holds:
        fail(key, expected=expected, got=got, of=of, **params)


def status(reply: httpx.Response, *expected: int) -> None:
    """The status is one of `expected`."""
    if reply.status_code not in expected:
        alternatives = _alternatives(expected)
        fail("status", expected=alternatives, got=reply.status_code, of=reply)


def statuses(replies: Iterable[httpx.Response], *expected: int) -> None:
    """The statuses of several answers, in any order, are exactly `expected`."""
    replies = list(replies)
    got = sorted(reply.status_code for reply in replies)
    wrong = (reply for reply in replies if reply.status_code not in expected)
    equal("statuses", got, sorted(expected), of=next(wrong, None))


def problem(reply: httpx.Response, code: int, name: str | None = None) -> None:
    """An error as RFC 9457: the media type, the status inside and out, its `code`."""
    status(reply, code)
    media_type = reply.headers.get("content-type", "").split(";")[0].strip().lower()
    equal("media_type", media_type, "application/problem+json", of=reply)
    found = body(reply)
    is_object = isinstance(found, dict)
    true("problem_object", is_object, expected="{…}", got=found, of=reply)
    equal("problem_field", found["status"], code, field="status", of=reply)
    if name is not None:
        equal("problem_field", found["code"], name, field="code", of=reply)


def names_field(reply: httpx.Response, field: str) -> None:
    """The `errors` of a 422 name `field`, by a JSON pointer or as a parameter."""
    errors = body(reply)["errors"]
    listed = isinstance(errors, list) and errors
    true("errors_list", listed, expected="[{…}]", got=errors, of=reply)
    names = [
        str(error.get("parameter") or error.get("pointer") or "").split("/")[-1]
        for error in errors
        if isinstance(error, dict)
    ]
    true("errors_name", field in names, expected=field, got=names, of=reply)


def header(reply: httpx.Response, name: str) -> str:
    """The header is there; returns its value."""
    value = reply.headers.get(name)
    if not value:
        got = sorted(set(reply.headers))
        fail("header_missing", expected=name, got=got, header=name, of=reply)
    return str(value)


def fields(got: Any, **expected: Any) -> None:
    """An object of the answer has these fields with these values."""
    true("object", isinstance(got, dict), expected="{…}", got=got)
    for name, value in expected.items():
        equal("field", got[name], value, field=name, of=got)


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
