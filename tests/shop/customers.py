"""Customers of the soak: each does random things, and repeats what got no answer."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from grader.judge.callers.gateway import DECLINE, FAIL, LOSE, PUT_OFF, SUCCEED, Account

_numbers = itertools.count(1)
TRIES = 30
OUTCOMES = [SUCCEED] * 7 + [DECLINE, FAIL, LOSE, PUT_OFF]
Json = dict[str, Any]


@dataclass
class Market:
    products: list[str]
    codes: list[str]

    @classmethod
    async def open(
        cls, admin: httpx.AsyncClient, products: int, codes: int
    ) -> "Market":
        """Products that soon run out, and codes that are used up."""
        market = cls([], [])
        for n in range(products):
            data: Json = {"sku": f"SOAK-{n}", "name": "Soaked", "currency": "EUR"}
            data["price_minor"] = 7 ** (n % 5) + n
            reply = await admin.post("/v1/products", json=data)
            market.products.append(reply.json()["id"])
            path = f"/v1/products/{market.products[-1]}/stock"
            await admin.put(path, json={"on_hand": 60, "expected_on_hand": 0})
        for n in range(codes):
            data = {"code": f"SOAK{n}", "kind": "percent", "value": 777 + n}
            await admin.post("/v1/discounts", json=data | {"max_redemptions": 40})
            market.codes.append(f"SOAK{n}")
        return market


class Customer:
    def __init__(
        self,
        http: httpx.AsyncClient,
        admin: httpx.AsyncClient,
        market: Market,
        account: Account,
        chance: random.Random,
    ) -> None:
        self.http, self.admin, self.market = http, admin, market
        self.account, self.chance = account, chance
        self.orders: list[str] = []
        self.unknown: list[str] = []
        self.outcomes: Counter[str] = Counter()

    async def shop(self, steps: int) -> None:
        actions: Sequence[Callable[[], Awaitable[None]]] = [
            *[self.order] * 5,
            *[self.pay] * 4,
            *[self.cancel, self.ship, self.deliver, self.refund, self.restock],
        ]
        for _ in range(steps):
            await self.chance.choice(actions)()

    async def settle(self) -> None:
        """Pay again where the outcome is not known, until it is."""
        for order in list(self.unknown):
            for _ in range(TRIES):
                if (await self.charge(order, SUCCEED)).status_code != 502:
                    break
        await self.http.aclose()
        await self.admin.aclose()

    # What a customer does

    async def order(self) -> None:
        lines = [
            {"product_id": product, "qty": self.chance.randint(1, 3)}
            for product in self.chance.choices(
                self.market.products, k=self.chance.randint(1, 4)
            )
        ]
        data: Json = {"lines": lines}
        if self.chance.random() < 0.5:
            data["discount_code"] = self.chance.choice(self.market.codes)
        reply = await self.post("order", self.http, "/v1/orders", data)
        if reply.status_code == 201:
            self.orders.append(reply.json()["id"])

    async def pay(self) -> None:
        if self.orders:
            order = self.chance.choice(self.orders[-6:])
            reply = await self.charge(order, self.chance.choice(OUTCOMES))
            if reply.status_code == 502:
                self.unknown.append(order)

    async def charge(self, order: str, outcome: str) -> httpx.Response:
        token = f"soak-{next(_numbers)}"
        self.account.plan(token, outcome)
        data = {"payment_token": token}
        return await self.post("pay", self.http, f"/v1/orders/{order}/pay", data)

    async def cancel(self) -> None:
        await self.step("cancel", self.http)

    async def ship(self) -> None:
        await self.step("ship", self.admin)

    async def deliver(self) -> None:
        await self.step("deliver", self.admin)

    async def refund(self) -> None:
        await self.step("refund", self.admin)

    async def step(self, name: str, who: httpx.AsyncClient) -> None:
        if self.orders:
            order = self.chance.choice(self.orders[-12:])
            await self.post(name, who, f"/v1/orders/{order}/{name}", {})

    async def restock(self) -> None:
        """Count one product anew; another count or order may come between."""
        path = f"/v1/products/{self.chance.choice(self.market.products)}"
        here = (await self.http.get(path)).json()["available"]
        data = {"expected_on_hand": here, "on_hand": here + self.chance.randint(0, 20)}
        reply = await self.admin.put(f"{path}/stock", json=data)
        self.outcomes[f"restock {reply.status_code}"] += 1

    async def post(
        self, what: str, who: httpx.AsyncClient, path: str, data: Json
    ) -> httpx.Response:
        """Post under a key, now and then twice at once, as impatient clients do."""
        headers = {"Idempotency-Key": f"soak-{next(_numbers)}"}
        times = 2 if what in ("order", "pay") and self.chance.random() < 0.2 else 1
        posts = (who.post(path, json=data, headers=headers) for _ in range(times))
        replies = await asyncio.gather(*posts)
        for reply in replies:
            self.outcomes[f"{what} {reply.status_code}"] += 1
        return min(replies, key=lambda reply: reply.status_code)
