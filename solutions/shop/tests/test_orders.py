"""Orders: all or nothing, kept as they were sold, right when many come at once."""

from shop.tests.shop_client import Shop, line


async def test_order_reserves_at_the_quoted_price(shop: Shop) -> None:
    one, other = await shop.product(), await shop.product(price_minor=333)
    code = await shop.discount(value=1234)
    lines = [line(one, 2), line(other, 3)]
    quote = (await shop.quote(*lines, discount_code=code)).json()

    order = await shop.placed(*lines, discount_code=code)

    assert order.items() >= quote.items()
    assert order["status"] == "pending"
    assert (shop.stock(one), shop.stock(other)) == ((10, 2), (10, 3))
    assert await shop.available(one) == 8
    assert shop.redeemed(code) == 1


async def test_time_to_pay_follows_the_setting(shop: Shop) -> None:
    order = await shop.placed(line(await shop.product()))

    seconds = shop.value(
        "SELECT extract(epoch FROM expires_at - created_at) FROM orders"
        " WHERE id::text = :id",
        id=order["id"],
    )

    assert 890 < seconds < 910


async def test_order_that_fails_leaves_nothing(shop: Shop) -> None:
    first, last = await shop.product(5), await shop.product(1)
    code = await shop.discount(max_redemptions=1)

    for lines in ([line(first), line(last, 2)], [line(last, 2), line(first)]):
        reply = await shop.order(*lines, discount_code=code)
        assert (reply.status_code, reply.json()["code"]) == (409, "insufficient_stock")

    assert (shop.stock(first), shop.stock(last)) == ((5, 0), (1, 0))
    assert shop.redeemed(code) == 0


async def test_lines_of_one_product_count_together(shop: Shop) -> None:
    product = await shop.product(5)

    assert (await shop.order(line(product, 3), line(product, 3))).status_code == 409
    assert (await shop.order(line(product, 3), line(product, 2))).status_code == 201
    assert shop.stock(product) == (5, 5)


async def test_order_keeps_what_was_sold(shop: Shop) -> None:
    product = await shop.product()
    order = await shop.placed(line(product))
    path = f"/v1/products/{product['id']}"
    changes = {"price_minor": 1, "name": "Other"}

    await shop.send("PATCH", path, "admin", json=changes, headers={"If-Match": "*"})

    read = await shop.send("GET", f"/v1/orders/{order['id']}", "buyer")
    assert read.json() == order


async def test_orders_of_others_are_hidden(shop: Shop) -> None:
    order = await shop.placed(line(await shop.product()))
    path = f"/v1/orders/{order['id']}"

    seen = {}
    for who in ("buyer", "other", "admin", ""):
        reply = await shop.send("GET", path, who)
        listed = await shop.send("GET", "/v1/orders?limit=100", who)
        ids = [item["id"] for item in listed.json().get("items", [])]
        seen[who] = (reply.status_code, order["id"] in ids)

    yes, no = (200, True), (404, False)
    assert seen == {"buyer": yes, "other": no, "admin": yes, "": (401, False)}


async def test_list_of_orders_needs_few_statements(shop: Shop) -> None:
    product = await shop.product(20)
    for _ in range(4):
        await shop.placed(line(product))

    costs = []
    for limit in (1, 4):
        trials = []
        for _ in range(3):
            with shop.counted_sql() as seen:
                await shop.send("GET", f"/v1/orders?limit={limit}", "buyer")
            trials.append(len(seen))
        costs.append(min(trials))

    assert costs[0] == costs[1]


async def test_other_total_than_expected_is_refused(shop: Shop) -> None:
    product = await shop.product()

    wrong = await shop.order(line(product, 2), expected_total=1999)
    right = await shop.order(line(product, 2), expected_total=2000)

    assert (wrong.status_code, wrong.json()["code"]) == (409, "price_changed")
    assert right.status_code == 201
    assert shop.stock(product) == (10, 2)


async def test_code_runs_out(shop: Shop) -> None:
    product, code = await shop.product(), await shop.discount(max_redemptions=1)
    await shop.placed(line(product), discount_code=code)

    reply = await shop.order(line(product), discount_code=code)

    assert (reply.status_code, reply.json()["code"]) == (409, "discount_exhausted")
    assert shop.redeemed(code) == 1


async def test_last_units_are_sold_once(shop: Shop) -> None:
    product = await shop.product(2)

    replies = await shop.race("stock", *(shop.order(line(product)) for _ in range(4)))

    assert sorted(r.status_code for r in replies) == [201, 201, 409, 409]
    assert shop.stock(product) == (2, 2)


async def test_lines_in_any_order_do_not_deadlock(shop: Shop) -> None:
    lines = [line(await shop.product()) for _ in range(2)]
    orders = (shop.order(*lines[:: (-1) ** n]) for n in range(4))

    replies = await shop.race("stock", *orders)

    assert {reply.status_code for reply in replies} == {201}


async def test_last_redemption_is_used_once(shop: Shop) -> None:
    product, code = await shop.product(), await shop.discount(max_redemptions=1)
    orders = (shop.order(line(product), discount_code=code) for _ in range(3))

    replies = await shop.race("discounts", *orders)

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409]
    assert shop.redeemed(code) == 1
    assert shop.stock(product) == (10, 1)


async def test_one_of_two_counts_wins(shop: Shop) -> None:
    product = await shop.product(10)

    replies = await shop.race(
        "stock", *(shop.put_stock(product, new, 10) for new in (5, 20))
    )

    assert sorted(reply.status_code for reply in replies) == [200, 409]
    assert shop.stock(product)[0] in (5, 20)
