"""The payment service as the shop sees it: slow at times, and not always there."""

import asyncio

import httpx

from shop.errors import PaymentUnavailable
from shop.settings import Settings


class Gateway:
    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self.client = client
        self.url = settings.payment_url
        self.timeout_s = settings.payment_timeout_s

    async def charge(self, key: str, amount: int, currency: str, token: str) -> bool:
        """Whether the customer was charged; PaymentUnavailable if nobody knows."""
        if self.url is None:
            raise PaymentUnavailable("There is no payment service.")
        try:
            # httpx limits each read only; this limits the whole exchange.
            async with asyncio.timeout(self.timeout_s):
                reply = await self.client.post(
                    f"{self.url}/charges",
                    json={"amount": amount, "currency": currency, "token": token},
                    headers={"Idempotency-Key": key},
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise PaymentUnavailable from error
        if reply.status_code == 402:
            return False
        if not succeeded(reply):
            raise PaymentUnavailable
        return True


def succeeded(reply: httpx.Response) -> bool:
    """Whether the body says so too: a 202 only means that the service has begun."""
    if reply.status_code not in (200, 201):
        return False
    try:
        return bool(reply.json()["status"] == "succeeded")
    except (ValueError, LookupError, TypeError):
        return False
