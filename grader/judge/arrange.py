"""What a check needs before it begins: when that fails, another stage is to blame."""

from typing import Any

import httpx

from grader.judge.client import body
from grader.judge.failures import NotThereYet


def given(reply: httpx.Response, stage: int, *codes: int) -> Any:
    """The JSON of an answer that `stage` teaches; NotThereYet when it is refused."""
    if reply.status_code not in codes:
        expected = codes[0] if len(codes) == 1 else list(codes)
        raise NotThereYet(stage, expected=expected, got=reply.status_code)
    return body(reply) if reply.content else None
