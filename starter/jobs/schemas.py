"""What comes in and goes out as JSON, with its limits."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text
from given.unwritten import NotWritten
from jobs.errors import PayloadTooLarge

MAX_BYTES = 64 * 1024

State = Literal["queued", "running", "succeeded", "dead", "cancelled"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


def check_json(value: Any) -> Any:
    """The value, if PostgreSQL can store it and it is not too large."""
    raise NotWritten(1)


JsonObject = Annotated[dict[str, Any], AfterValidator(check_json)]


class JobIn(BaseModel):
    pass


class LeaseIn(BaseModel):
    pass


class HeartbeatIn(BaseModel):
    pass


class CompleteIn(BaseModel):
    pass


class FailIn(BaseModel):
    pass


class JobOut(Out):
    """A job without its lease token: that is a secret of its worker."""


class NewJobOut(JobOut):
    pass


class AttemptOut(Out):
    pass


class LeaseOut(Out):
    pass


class HeartbeatOut(Out):
    pass


class PauseOut(Out):
    pass


class QueueOut(PauseOut):
    pass
