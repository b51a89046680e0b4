"""What the environment may set, besides what every service has."""

from typing import Annotated

from pydantic import Field

from given import settings
from given.settings import Seconds


class Settings(settings.Settings):
    pass
