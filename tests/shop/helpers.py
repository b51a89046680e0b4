"""What the checks of the shop start from: products, stock, carts, orders, payments."""

import asyncio
import itertools
from datetime import datetime
from typing import Any

import httpx

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.checks.arrange import require
from tests.shop.keys import keyed

_numbers = itertools.count(1)
# The fields of an order that the statement names.
ORDER = (
    *("id", "user_id", "status", "currency", "subtotal", "discount", "total", "code"),
    *("expires_at", "created_at", "lines"),
)


def unique(word: str) -> str:
    """A word that no other check uses."""
    return f"{word}-{next(_numbers)}"


def unique_code() -> str:
    return f"CODE{next(_numbers)}"


def product(**fields: Any) -> dict[str, Any]:
    """The body of a request that creates a product."""
    made = {"sku": unique("SKU"), "name": "Mug", "price_minor": 1000, "currency": "EUR"}
    return made | fields


async def a_product(admin: Client, on_hand: int = 10, **fields: Any) -> Fields:
    """A product with this many on hand; `fields` as in the request."""
    reply = await admin.post("/v1/products", json=product(**fields))
    made = require(reply, 201, stage=1)
    if on_hand:
        await put_stock(admin, made["id"], on_hand)
    assert isinstance(made, Fields)
    return made


async def some_products(admin: Client, *prices: int, on_hand: int = 10) -> list[Fields]:
    """A product for each price, made four at a time, in this order."""
    made: list[Fields] = []
    for first in range(0, len(prices), 4):
        batch = prices[first : first + 4]
        making = (a_product(admin, on_hand, price_minor=price) for price in batch)
        made += await asyncio.gather(*making)
    return made


async def put_stock(admin: Client, product_id: str, on_hand: int, was: int = 0) -> None:
    data = {"on_hand": on_hand, "expected_on_hand": was}
    reply = await admin.put(f"/v1/products/{product_id}/stock", json=data)
    require(reply, 200, stage=1)


async def available(reader: Client, product_id: str) -> Any:
    reply = await reader.get(f"/v1/products/{product_id}")
    return require(reply, 200, stage=1)["available"]


async def a_discount(admin: Client, value: int = 1000, **fields: Any) -> Fields:
    """A discount of 10 %, unless the fields say otherwise."""
    data = {"code": unique_code(), "kind": "percent", "value": value} | fields
    made = require(await admin.post("/v1/discounts", json=data), 201, stage=3)
    assert isinstance(made, Fields)
    return made


def line(product: Fields | str, qty: Any = 1) -> dict[str, Any]:
    product_id = product if isinstance(product, str) else product["id"]
    return {"product_id": product_id, "qty": qty}


def cart(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"lines": list(lines), **fields}


async def order(
    buyer: Client, *lines: dict[str, Any], key: str | None = None, **fields: Any
) -> httpx.Response:
    """Ask for an order, under a key of its own unless one is given."""
    headers = keyed(key or unique("key"))
    return await buyer.post("/v1/orders", json=cart(*lines, **fields), headers=headers)


async def an_order(buyer: Client, *lines: dict[str, Any], **fields: Any) -> Fields:
    """An order that was placed."""
    made = require(await order(buyer, *lines, **fields), 201, stage=4)
    assert isinstance(made, Fields)
    return made


async def pay(
    payer: Client, made: Fields, token: str = "tok", key: str | None = None
) -> httpx.Response:
    data = {"payment_token": token}
    path = f"/v1/orders/{made['id']}/pay"
    return await payer.post(path, json=data, headers=keyed(key or unique("key")))


async def a_paid_order(buyer: Client, *lines: dict[str, Any], **fields: Any) -> Fields:
    made = await an_order(buyer, *lines, **fields)
    paid = require(await pay(buyer, made, unique("tok")), 200, stage=6)
    assert isinstance(paid, Fields)
    return paid


async def step(who: Client, made: Fields, name: str) -> httpx.Response:
    return await who.post(f"/v1/orders/{made['id']}/{name}")


def names_lines(problem: Fields) -> None:
    """An entry of `errors` points at the lines or at something below them."""
    pointers = [str(error.get("pointer", "")) for error in problem["errors"]]
    named = any(p.lstrip("#").split("/")[1:2] == ["lines"] for p in pointers)
    expect.true("errors_name", named, expected="/lines…", got=pointers)


def moment(of: Fields, name: str) -> datetime:
    """A field that is a time as RFC 3339 with an offset."""
    try:
        at = datetime.fromisoformat(str(of[name]))
    except ValueError:
        return expect.fail("offset", got=of[name], field=name)
    expect.true("offset", at.tzinfo, got=of[name], field=name)
    return at


async def order_status(reader: Client, made: Fields) -> Any:
    reply = await reader.get(f"/v1/orders/{made['id']}")
    return require(reply, 200, stage=4)["status"]


def same_but(key: str, got: Fields, before: Fields, status: str) -> None:
    """An order as it was before, apart from its status (and fields of one's own)."""
    shown = {name: got[name] for name in ORDER}
    expect.equal(
        key, shown, {name: before[name] for name in ORDER} | {"status": status}
    )
