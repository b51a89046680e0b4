"""What the embedded worker can run: a kind of job is the name of a function here."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

Payload = dict[str, Any]
# Called with the payload and the number of the attempt. Plain functions block.
Handler = Callable[[Payload, int], Any]


async def echo(payload: Payload, attempt: int) -> Any:
    return payload


async def sleep(payload: Payload, attempt: int) -> Any:
    seconds = float(payload.get("seconds", 0))
    await asyncio.sleep(seconds)
    return {"slept": seconds}


def block(payload: Payload, attempt: int) -> Any:
    seconds = float(payload.get("seconds", 0))
    time.sleep(seconds)
    return {"slept": seconds}


async def fail_n(payload: Payload, attempt: int) -> Any:
    if attempt <= int(payload.get("times", 1)):
        raise RuntimeError(f"attempt {attempt} fails, as it was asked to")
    return {"attempt": attempt}


async def raise_exit(payload: Payload, attempt: int) -> Any:
    raise SystemExit("a library that thinks it is a program")


HANDLERS: dict[str, Handler] = {
    "echo": echo,
    "sleep": sleep,
    "block": block,
    "fail_n": fail_n,
    "raise_exit": raise_exit,
}
