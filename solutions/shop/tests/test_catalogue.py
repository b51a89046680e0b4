"""Products, their stock, and money that is an integer or nothing."""

from typing import Any

from shop.tests.shop_client import Shop, unique


async def test_created_product_is_read_where_its_location_says(shop: Shop) -> None:
    sku = unique("S")
    data = {"sku": sku, "name": "Mug", "price_minor": 1250, "currency": "EUR"}

    made = await shop.send("POST", "/v1/products", "admin", json=data)
    read = await shop.send("GET", made.headers["Location"])
    twin = await shop.send("POST", "/v1/products", "admin", json=data)

    assert made.status_code == 201
    assert read.json() == made.json()
    assert made.json().items() >= {**data, "version": 1, "available": 0}.items()
    assert (twin.status_code, twin.json()["code"]) == (409, "sku_taken")


async def test_what_is_no_amount_is_refused(shop: Shop) -> None:
    data: dict[str, Any] = {"sku": unique("S"), "name": "Mug", "currency": "EUR"}

    for price in (1.0, "1", True, -1, 1_000_000_001):
        bad = data | {"price_minor": price}
        reply = await shop.send("POST", "/v1/products", "admin", json=bad)
        assert (reply.status_code, reply.json()["code"]) == (422, "validation_error")
        assert "price_minor" in reply.json()["errors"][0]["pointer"]


async def test_catalogue_is_written_by_admins_only(shop: Shop) -> None:
    product = await shop.product(0)
    path = f"/v1/products/{product['id']}"
    data = {"sku": unique("S"), "name": "X", "price_minor": 1, "currency": "EUR"}
    match = {"If-Match": "*"}

    for who, status in (("", 401), ("buyer", 403)):
        replies = [
            await shop.send("POST", "/v1/products", who, json=data),
            await shop.send("PATCH", path, who, json={"name": "X"}, headers=match),
            await shop.send(
                "PUT", f"{path}/stock", who, json={"on_hand": 1, "expected_on_hand": 0}
            ),
            await shop.send("POST", "/v1/discounts", who, json={}),
        ]
        assert {reply.status_code for reply in replies[:3]} == {status}
        assert replies[3].status_code in (status, 422)


async def test_edit_needs_the_newest_version(shop: Shop) -> None:
    product = await shop.product(0)
    path = f"/v1/products/{product['id']}"
    etag = (await shop.send("GET", path)).headers["ETag"]

    async def edit(match: str, **fields: Any) -> Any:
        headers = {"If-Match": match} if match else {}
        return await shop.send("PATCH", path, "admin", json=fields, headers=headers)

    assert (await edit("", price_minor=5)).status_code == 428
    assert (await edit(etag, price_minor=5)).status_code == 200
    assert (await edit(etag, price_minor=6)).status_code == 412
    read = (await shop.send("GET", path)).json()
    assert read["price_minor"] == 5
    assert read["version"] > 1


async def test_list_shows_active_products_in_few_statements(shop: Shop) -> None:
    made = [await shop.product(0, active=n != 1) for n in range(7)]
    costs = []
    for limit in (1, 5):
        trials = []
        for _ in range(3):  # The sweeper's statements come between, now and then.
            with shop.counted_sql() as seen:
                reply = await shop.send("GET", f"/v1/products?limit={limit}")
            trials.append(len(seen))
        costs.append(min(trials))
        assert len(reply.json()["items"]) == limit
        assert reply.json()["next_cursor"]

    assert costs[0] == costs[1]
    listed = [item["id"] for item in reply.json()["items"]]
    shown = [p["id"] for p in reversed(made) if p["active"]]
    assert [i for i in listed if i in shown] == [i for i in shown if i in listed]
    assert made[1]["id"] not in listed


async def test_count_needs_the_right_expectation(shop: Shop) -> None:
    product = await shop.product(7)

    wrong = await shop.put_stock(product, 9, 6)
    right = await shop.put_stock(product, 9, 7)

    assert (wrong.status_code, wrong.json()["code"]) == (409, "stock_conflict")
    assert right.json()["available"] == 9
    assert await shop.available(product) == 9
    assert shop.stock(product) == (9, 0)


async def test_count_spares_what_is_reserved(shop: Shop) -> None:
    product = await shop.product(5)
    await shop.placed({"product_id": product["id"], "qty": 3})

    assert (await shop.put_stock(product, 2, 5)).status_code == 409
    assert (await shop.put_stock(product, 3, 5)).status_code == 200
    assert shop.stock(product) == (3, 3)
