"""Receipts: sent after the commit, once, and nobody waits for them."""

import asyncio
import logging

import httpx

from given.unwritten import NotWritten
from shop.schemas import OrderOut

log = logging.getLogger(__name__)
SECONDS = 5.0


class Receipts:
    def __init__(self, client: httpx.AsyncClient, url: str | None) -> None:
        self.client = client
        self.url = url

    async def send(self, order: OrderOut) -> None:
        """Tell the endpoint; whether that works does not matter to the order."""
        raise NotWritten(7)
