"""Bodies that are another request, however much like the first one they look."""

from typing import Any

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.database import Database
from tests.shop.books import stock_is
from tests.shop.helpers import a_discount, cart, line, some_products, unique
from tests.shop.keys import is_repeated, keyed


async def only_its_own_body_is_repeated(
    buyer: Client, admin: Client, db: Database
) -> None:
    """A key repeats a body that is equal as JSON, not one that orders the same."""
    one, other = await some_products(admin, 1000, 1000)
    code, key = (await a_discount(admin))["code"], unique("key")
    rest = [line(other)]

    async def send(data: dict[str, Any]) -> httpx.Response:
        return await buyer.post("/v1/orders", json=data, headers=keyed(key))

    sent = cart(line(one, 2), *rest, discount_code=code)
    first = await send(sent)
    expect.status(first, 201)
    for changes in (
        {"lines": [*rest, line(one, 2)]},
        {"lines": [line(one), line(one), *rest]},
        {"discount_code": code.lower()},
        {"expected_total": 2700},
    ):
        expect.problem(await send(sent | changes), 422, "idempotency_key_reused")
    # A strict app refuses a field that it does not know.
    expect.problem(await send(sent | {"note": "for you"}), 422)
    is_repeated(await send(sent), first)
    await stock_is(db, one["id"], 10, 2)
