"""What a check needs before it begins: when that fails, another stage is to blame."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from grader.judge.checks.answers import body, exchange_of
from grader.judge.checks.failures import AppDown, CheckFailed, NotThereYet


def require(reply: httpx.Response, *codes: int, stage: int) -> Any:
    """The JSON of a reply with one of `codes`; without, NotThereYet blames `stage`."""
    if reply.status_code not in codes:
        expected = codes[0] if len(codes) == 1 else list(codes)
        raise NotThereYet(
            stage, expected, reply.status_code, exchange=exchange_of(reply)
        )
    return body(reply) if reply.content else None


@contextmanager
def taught_by(stage: int) -> Iterator[None]:
    """What fails inside the block is the work of `stage`: NotThereYet."""
    try:
        yield
    except (AppDown, NotThereYet):
        raise
    except CheckFailed as failure:
        evidence = failure.evidence
        raise NotThereYet(
            stage, evidence.expected, evidence.got, exchange=failure.exchange
        ) from failure
