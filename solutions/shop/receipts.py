"""Receipts: sent after the commit, once, and nobody waits for them."""

import asyncio
import logging

import httpx

from shop.schemas import OrderOut

log = logging.getLogger(__name__)
SECONDS = 5.0


class Receipts:
    def __init__(self, client: httpx.AsyncClient, url: str | None) -> None:
        self.client = client
        self.url = url

    async def send(self, order: OrderOut) -> None:
        """Tell the endpoint; whether that works does not matter to the order."""
        if self.url is None:
            return
        paid = {"order_id": str(order.id), "total": order.total}
        try:
            async with asyncio.timeout(SECONDS):
                reply = await self.client.post(
                    self.url, json=paid | {"currency": order.currency}
                )
                reply.raise_for_status()
        except (httpx.HTTPError, TimeoutError):
            log.warning("receipt_not_sent", extra={"order_id": order.id})
