"""The shop's own settings, beside those that every service has."""

from given.settings import Seconds
from given.settings import Settings as GivenSettings


class Settings(GivenSettings):
    reservation_ttl_s: Seconds = 900
    payment_url: str | None = None
    payment_timeout_s: Seconds = 3
    receipt_url: str | None = None
