"""What the environment may set, besides what every service has."""

from typing import Annotated

from pydantic import Field

from given import settings
from given.settings import Seconds


class Settings(settings.Settings):
    pass


def read_settings() -> Settings:
    """Settings from the environment, or an exit that names the bad variables."""
    return settings.read_settings(Settings)
