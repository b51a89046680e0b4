"""The diagram of states and steps, and steps that meet at one moment."""

import asyncio
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.database import Database
from tests.shop.books import redeemed
from tests.shop.helpers import a_discount, a_product, an_order, order, pay, step, unique

# What each step is allowed from; all else is 409.
ALLOWED = {
    "pay": "pending",
    "cancel": "pending",
    "ship": "paid",
    "refund": "paid",
    "deliver": "shipped",
}
# The steps that lead from pending to each state.
WAYS = {
    "pending": (),
    "paid": ("pay",),
    "shipped": ("pay", "ship"),
    "delivered": ("pay", "ship", "deliver"),
    "cancelled": ("cancel",),
    "refunded": ("pay", "refund"),
}


async def take(admin: Client, made: Fields, name: str) -> Any:
    if name == "pay":
        return await pay(admin, made, unique("tok"))
    return await step(admin, made, name)


async def in_many_orders(admin: Client) -> list[Fields]:
    """Products that come in another order by id, by sku and name, and by price."""
    return [
        await a_product(admin, 20, sku=unique(letter), name=letter, price_minor=price)
        for letter, price in (("C", 200), ("B", 100), ("A", 300))
    ]


async def orders_meet_cancels(
    alice: Client, admin: Client, db: Database, *carts: list[dict[str, Any]]
) -> None:
    """Orders and cancels under one code all succeed, whichever comes first."""
    code = (await a_discount(admin))["code"]
    held = [await an_order(alice, *lines, discount_code=code) for lines in carts]
    tasks: list[asyncio.Task[Any]] = []

    ids = [wanted["product_id"] for wanted in carts[0]]
    async with db.hold("stock", "product_id::text = ANY(%s)", ids) as gate:
        for made, lines in zip(held, carts, strict=True):
            for call in (
                order(alice, *lines, discount_code=code),
                step(alice, made, "cancel"),
            ):
                tasks.append(asyncio.create_task(call))
                await gate.waiting(len(tasks), tasks)
    replies = await asyncio.gather(*tasks)

    expect.statuses(replies, 201, 201, 200, 200)
    expect.equal("redeemed", await redeemed(db, code), 2)
