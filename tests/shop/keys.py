"""Requests under an idempotency key, and their replays."""

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body


def keyed(key: str) -> dict[str, str]:
    """The header of a request under this key."""
    return {"Idempotency-Key": key}


async def send(who: Client, content: bytes, key: str) -> httpx.Response:
    """Ask for an order with a body that is written in one's own way."""
    headers = keyed(key) | {"content-type": "application/json"}
    return await who.post("/v1/orders", content=content, headers=headers)


def is_repeated(reply: httpx.Response, first: httpx.Response) -> None:
    """A reply is the first one again, and says so."""
    expect.status(reply, first.status_code)
    expect.equal("replayed_body", body(reply), body(first))
    replayed = expect.header(reply, "idempotency-replayed")
    expect.equal("replayed", replayed.lower(), "true")
