"""The workflow: only the steps of the diagram, and what they give back."""

import asyncio
import time

from shop.tests.fake_payments import FakePayments
from shop.tests.shop_client import Json, Serve, Shop, line, unique

WAYS = {
    "pending": [],
    "paid": ["pay"],
    "shipped": ["pay", "ship"],
    "delivered": ["pay", "ship", "deliver"],
    "cancelled": ["cancel"],
    "refunded": ["pay", "refund"],
}
FROM = {"pay": "pending", "cancel": "pending", "ship": "paid"}
FROM |= {"refund": "paid", "deliver": "shipped"}


async def take(shop: Shop, order: Json, step: str) -> int:
    if step == "pay":
        return (await shop.pay(order, unique("tok"))).status_code
    return (await shop.step(order, step)).status_code


async def test_only_the_steps_of_the_diagram_are_allowed(shop: Shop) -> None:
    product = await shop.product(50)
    for state, way in WAYS.items():
        order = await shop.placed(line(product))
        assert [await take(shop, order, step) for step in way] == [200] * len(way)
        for step, allowed in FROM.items():
            if allowed != state:
                assert await take(shop, order, step) == 409, (state, step)
        assert await shop.status(order) == state


async def test_who_takes_which_step(shop: Shop) -> None:
    order = await shop.placed(line(await shop.product()))

    assert (await shop.step(order, "cancel", "other")).status_code == 404
    for step in ("ship", "deliver", "refund"):
        assert (await shop.step(order, step, "buyer")).status_code == 403
    assert (await shop.step(order, "cancel", "buyer")).status_code == 200


async def test_cancel_gives_back_once(shop: Shop) -> None:
    product, code = await shop.product(), await shop.discount()
    order = await shop.placed(line(product, 4), discount_code=code)
    await shop.placed(line(product, 5), discount_code=code)

    cancels = (shop.step(order, "cancel") for _ in range(2))
    replies = await shop.race("stock", *cancels)

    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert shop.stock(product) == (10, 5)
    assert shop.redeemed(code) == 1


async def test_refund_restocks_once(shop: Shop) -> None:
    product, code = await shop.product(), await shop.discount()
    order = await shop.placed(line(product, 4), discount_code=code)
    await shop.pay(order, "tok")

    refunds = (shop.step(order, "refund") for _ in range(2))
    replies = await shop.race("stock", *refunds)

    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert shop.stock(product) == (10, 0)
    assert shop.redeemed(code) == 1


async def expires(shop: Shop, order: Json) -> bool:
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        if await shop.status(order) == "expired":
            return True
        await asyncio.sleep(0.03)
    return False


async def test_unpaid_order_expires(
    shop: Shop, serve: Serve, payments: FakePayments
) -> None:
    product, token = await shop.product(), unique("tok")
    code = await shop.discount(max_redemptions=1)
    async with serve(reservation_ttl_s=0.05) as quick:
        hurried = Shop(quick, shop.people, shop.db)
        order = await hurried.placed(line(product, 10), discount_code=code)

        assert await expires(hurried, order)

        assert await hurried.available(product) == 10
        late = await hurried.pay(order, token)
    assert (late.status_code, late.json()["code"]) == (409, "order_expired")
    assert payments.of(token) == []
    assert shop.redeemed(code) == 0
    assert shop.stock(product) == (10, 0)


async def test_order_that_may_be_charged_does_not_expire(
    shop: Shop, serve: Serve, payments: FakePayments
) -> None:
    product, token = await shop.product(), unique("tok")
    payments.plan(token, "lose")
    async with serve(reservation_ttl_s=0.4) as quick:
        hurried = Shop(quick, shop.people, shop.db)
        charged = await hurried.placed(line(product))
        assert (await hurried.pay(charged, token)).status_code == 502
        # This one is due after the other: once it has expired, both were looked at.
        assert await expires(hurried, await hurried.placed(line(product)))

        assert await hurried.status(charged) == "pending"
        assert (await hurried.pay(charged, token)).status_code == 200
    assert shop.stock(product) == (9, 0)
