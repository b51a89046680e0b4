"""What comes in and goes out as JSON, with its limits."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from given.schemas import Id, Out, Text
from jobs.errors import PayloadTooLarge

MAX_BYTES = 64 * 1024

State = Literal["queued", "running", "succeeded", "dead", "cancelled"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


def check_json(value: Any) -> Any:
    """The value, if PostgreSQL can store it and it is not too large."""
    # This raises ValueError for NaN, which is not JSON; encode() below does so for a
    # lone surrogate.
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("NUL cannot be stored")
    if len(text.encode()) > MAX_BYTES:
        raise PayloadTooLarge
    return value


Json = Annotated[Any, AfterValidator(check_json)]
JsonObject = Annotated[dict[str, Any], AfterValidator(check_json)]


class JobIn(BaseModel):
    kind: Name
    payload: JsonObject
    queue: Name = "default"
    priority: int = Field(default=0, ge=-100, le=100)
    delay_s: float = Field(default=0, ge=0, le=30 * 24 * 3600)
    max_attempts: int = Field(default=5, ge=1, le=25)
    unique_key: Annotated[Text, Field(min_length=1, max_length=200)] | None = None


class LeaseIn(BaseModel):
    worker_id: Annotated[Text, Field(min_length=1, max_length=100)]
    queues: list[Name] = Field(min_length=1, max_length=20)
    kinds: list[Name] | None = Field(default=None, min_length=1, max_length=50)
    max_jobs: int = Field(default=1, ge=1, le=50)
    wait_s: float = Field(default=0, ge=0, le=20)


class HeartbeatIn(BaseModel):
    lease_token: str
    progress: int | None = Field(default=None, ge=0, le=100)


class CompleteIn(BaseModel):
    lease_token: str
    result: Json = None


class FailIn(BaseModel):
    lease_token: str
    error: Annotated[Text, Field(min_length=1, max_length=2000)]
    retryable: bool = True


class JobOut(Out):
    """A job without its lease token: that is a secret of its worker."""

    id: Id
    queue: str
    kind: str
    payload: dict[str, Any]
    priority: int
    state: State
    attempt: int
    max_attempts: int
    run_at: datetime
    lease_expires_at: datetime | None
    worker_id: str | None
    cancel_requested: bool
    unique_key: str | None
    progress: int | None
    result: Any
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class NewJobOut(JobOut):
    deduplicated: bool = False


class AttemptOut(Out):
    attempt: int
    worker_id: str
    outcome: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class LeaseOut(Out):
    job: JobOut
    lease_token: str
    lease_expires_at: datetime


class HeartbeatOut(Out):
    lease_expires_at: datetime
    cancel_requested: bool


class PauseOut(Out):
    name: str
    paused: bool


class QueueOut(PauseOut):
    counts: dict[State, int]
    oldest_ready_age_s: float | None
