"""Keys and payments: what is sent twice is done once."""

import asyncio
import threading

from shop.tests.fake_payments import FakePayments
from shop.tests.shop_client import Shop, line, unique

TWINS = {201, 409}


async def test_key_is_required(shop: Shop) -> None:
    data = {"lines": [line(await shop.product())]}

    reply = await shop.send("POST", "/v1/orders", "buyer", json=data)

    assert (reply.status_code, reply.json()["code"]) == (400, "idempotency_key_missing")


async def test_repeated_order_is_told_not_made(shop: Shop) -> None:
    product, key = await shop.product(), unique("key")
    first = await shop.order(line(product, 2), key=key)
    body = b'{ "lines": [{"qty": 2,  "product_id": "%s"}]}' % product["id"].encode()
    headers = {"Content-Type": "application/json"}

    again = await shop.send(
        "POST", "/v1/orders", "buyer", key, content=body, headers=headers
    )

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert shop.stock(product) == (10, 2)


async def test_key_for_something_else_is_refused(shop: Shop) -> None:
    product, key = await shop.product(), unique("key")
    order = await shop.placed(line(product), key=key)

    for reply in (
        await shop.order(line(product, 2), key=key),
        await shop.pay(order, unique("tok"), key),
    ):
        assert (reply.status_code, reply.json()["code"]) == (
            422,
            "idempotency_key_reused",
        )


async def test_key_belongs_to_its_user(shop: Shop) -> None:
    product, key = await shop.product(), unique("key")

    orders = [
        await shop.placed(line(product), who=w, key=key) for w in ("buyer", "other")
    ]

    assert orders[0]["user_id"] != orders[1]["user_id"]
    assert shop.stock(product) == (10, 2)


async def test_failure_frees_its_key(shop: Shop) -> None:
    product, key = await shop.product(1), unique("key")
    assert (await shop.order(line(product, 2), key=key)).status_code == 409
    await shop.put_stock(product, 2, 1)

    assert (await shop.order(line(product, 2), key=key)).status_code == 201


async def test_twins_make_one_order(shop: Shop) -> None:
    product, key = await shop.product(), unique("key")

    replies = await shop.race(
        "stock", *(shop.order(line(product), key=key) for _ in range(3))
    )

    assert {reply.status_code for reply in replies} <= TWINS
    made = {reply.json()["id"] for reply in replies if reply.status_code == 201}
    assert len(made) == 1
    assert shop.stock(product) == (10, 1)


async def test_payment_charges_the_total_once(
    shop: Shop, payments: FakePayments
) -> None:
    product, code = await shop.product(), await shop.discount()
    order = await shop.placed(line(product, 3), discount_code=code)
    token, key = unique("tok"), unique("key")

    paid = [await shop.pay(order, token, key) for _ in range(2)]
    late = await shop.pay(order, token)

    assert [reply.status_code for reply in paid] == [200, 200]
    assert paid[0].json()["status"] == "paid"
    assert paid[1].headers["Idempotency-Replayed"] == "true"
    assert (late.status_code, late.json()["code"]) == (409, "invalid_transition")
    assert payments.charges_of(token) == [2700]
    assert shop.stock(product) == (7, 0)


async def test_free_order_is_not_charged(shop: Shop, payments: FakePayments) -> None:
    order = await shop.placed(line(await shop.product(price_minor=0)))
    token = unique("tok")

    assert (await shop.pay(order, token)).status_code == 200
    assert payments.of(token) == []


async def test_decline_begins_a_new_attempt(shop: Shop, payments: FakePayments) -> None:
    product, token = await shop.product(), unique("tok")
    order = await shop.placed(line(product))
    payments.plan(token, "decline", "succeed")

    declined = await shop.pay(order, token)

    assert (declined.status_code, declined.json()["code"]) == (402, "payment_declined")
    assert await shop.status(order) == "pending"
    assert (await shop.pay(order, token)).status_code == 200
    assert len(payments.keys_of(token)) == 2
    assert payments.charges_of(token) == [1000]


async def test_unknown_outcome_keeps_its_attempt(
    shop: Shop, payments: FakePayments
) -> None:
    for outcome in ("fail", "put off", "lose"):
        token, order = unique("tok"), await shop.placed(line(await shop.product()))
        payments.plan(token, outcome, "succeed")

        unknown = await shop.pay(order, token)

        assert unknown.json()["code"] == "payment_unavailable"
        assert (await shop.step(order, "cancel")).status_code == 409
        assert (await shop.pay(order, token)).status_code == 200
        assert len(payments.keys_of(token)) == 1
        assert payments.charges_of(token) == [1000]


async def test_payments_at_once_charge_once(shop: Shop, payments: FakePayments) -> None:
    product, token = await shop.product(), unique("tok")
    order = await shop.placed(line(product))
    payments.gates[token] = gate = threading.Event()

    paying = [asyncio.create_task(shop.pay(order, token)) for _ in range(2)]
    await asyncio.wait(paying, timeout=0.3)
    gate.set()
    replies = await asyncio.gather(*paying)

    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert payments.charges_of(token) == [1000]
    assert shop.stock(product) == (9, 0)


async def test_each_paid_order_has_one_receipt(
    shop: Shop, payments: FakePayments
) -> None:
    order, key = await shop.placed(line(await shop.product())), unique("key")
    for _ in range(2):
        await shop.pay(order, "tok", key)

    for _ in range(100):
        sent = [r for r in payments.receipts if r["order_id"] == order["id"]]
        if sent:
            break
        await asyncio.sleep(0.02)

    assert sent == [{"order_id": order["id"], "total": 1000, "currency": "EUR"}]
