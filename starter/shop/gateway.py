"""The payment service as the shop sees it: slow at times, and not always there."""

import asyncio

import httpx

from given.unwritten import NotWritten
from shop.errors import PaymentUnavailable
from shop.settings import Settings


class Gateway:
    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self.client = client
        self.url = settings.payment_url
        self.timeout_s = settings.payment_timeout_s

    async def charge(self, key: str, amount: int, currency: str, token: str) -> bool:
        """Whether the customer was charged; PaymentUnavailable if nobody knows."""
        raise NotWritten(6)


def succeeded(reply: httpx.Response) -> bool:
    """Whether the body says so too: a 202 only means that the service has begun."""
    if reply.status_code not in (200, 201):
        return False
    try:
        return bool(reply.json()["status"] == "succeeded")
    except (ValueError, LookupError, TypeError):
        return False
