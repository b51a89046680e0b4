"""Every setting of the chat; nothing else reads the environment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from given import settings

REDIS = ("redis://", "rediss://", "unix://")


def check_bus_url(url: str) -> str:
    if url in ("memory", "postgres") or url.startswith(REDIS):
        return url
    raise ValueError("not memory, postgres or a URL of Redis")


Duration = Annotated[float, Field(gt=0, allow_inf_nan=False)]
BusUrl = Annotated[str, AfterValidator(check_bus_url), Field(repr=False)]


class Settings(settings.Settings):
    heartbeat_s: Duration = 30
    auth_timeout_s: Duration = 10
    recovery_max: int = Field(default=500, ge=0)
    presence_grace_s: settings.Seconds = 5
    rate_per_s: Duration = 10
    bus_url: BusUrl = "memory"
