"""What the environment may set, besides what every service has."""

from typing import Annotated

from pydantic import Field

from given import settings
from given.settings import Seconds

PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(settings.Settings):
    # Shorter: a crash is noticed sooner. Longer: a slow worker is not taken for dead.
    lease_s: PositiveSeconds = 30
    backoff_base_s: Seconds = 2
    backoff_max_s: Seconds = 300
    worker_concurrency: int = Field(default=4, ge=0)
    poll_s: PositiveSeconds = 0.5
    shutdown_grace_s: Seconds = 5
