"""Stage 4: an order is all or nothing, and stays as it was sold."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.checks.properties import for_all
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.shop.books import (
    books_balance,
    movements_only_added,
    redeemed,
    stock_is,
    stock_of,
)
from tests.shop.helpers import (
    a_discount,
    a_product,
    an_order,
    available,
    line,
    moment,
    names_lines,
    order,
    put_stock,
    some_products,
    unique,
)
from tests.shop.legacy import refused
from tests.shop.lists import at_one_moment, no_such_page, pages, sql_does_not_grow
from tests.shop.market import open_market, priced
from tests.shop.rules import Cart, carts

TABLES = ("orders", "order_lines", "stock_movements")


async def test_order_reserves(alice: Client, admin: Client, db: Database) -> None:
    """An order answers 201 with `Location`, reserves, and awaits payment for 900 s."""
    one, other = await some_products(admin, 1250, 999)
    code = (await a_discount(admin, 1250))["code"]

    reply = await order(alice, line(one, 2), line(other), discount_code=code)

    expect.status(reply, 201)
    made = body(reply)
    expect.fields(made, status="pending", currency="EUR", code=code, user_id=alice.id)
    expect.fields(made, subtotal=3499, discount=437, total=3062)
    for item, sold, qty, off in zip(
        made["lines"], (one, other), (2, 1), (312, 125), strict=True
    ):
        expect.fields(item, product_id=sold["id"], sku=sold["sku"], qty=qty)
        expect.fields(item, unit_price=sold["price_minor"], line_discount=off)
    location = f"/v1/orders/{made['id']}"
    expect.equal("location", expect.header(reply, "location"), location)
    expect.equal("same_order", body(await alice.get(location)), made)
    await stock_is(db, one["id"], 10, 2)
    expect.equal("available", await available(alice, one["id"]), 8)
    await books_balance(db, [one, other])
    named = await db.count("stock_movements", "order_id::text = %s", made["id"])
    expect.true("movements_name_order", named >= 2, expected="≥ 2", got=named)
    empty = f"UPDATE order_lines SET qty = 0 WHERE order_id::text = '{made['id']}'"
    expect.true("constraint", await refused(db, empty), got=empty)
    wait = (moment(made, "expires_at") - moment(made, "created_at")).total_seconds()
    expect.true("expires_at", 890 < wait < 910, expected="≈ 900 s", got=f"{wait:g} s")
    expect.equal("redeemed", await redeemed(db, code), 1)
    cheap = line(one) | {"unit_price": 1}
    forward = await order(alice, cheap, total=1, status="paid", user_id="1")
    if forward.status_code != 422:  # A strict app refuses what is not the client's.
        expect.fields(body(forward), total=1250, status="pending", user_id=alice.id)


async def test_time_to_pay_follows_the_setting(start: Start) -> None:
    """`expires_at` is RESERVATION_TTL_S after the order, with an offset."""
    server = start(RESERVATION_TTL_S="5000.5")
    admin, alice = server.client("admin"), server.client("alice")
    sold, waits = await a_product(admin, 1000), list[float]()

    # One order is enough, unless an app shows whole seconds: then some wait longer.
    deadline, near = time.monotonic() + 3, False
    while not near and time.monotonic() < deadline:
        made = await an_order(alice, line(sold))
        expires = moment(made, "expires_at")
        waits.append((expires - moment(made, "created_at")).total_seconds())
        near = min(waits) < 5000.8 and max(waits) > 5000.2
        await asyncio.sleep(0 if near else 0.1)

    left = (expires - datetime.now(UTC)).total_seconds()
    expect.true("expires_at", near, expected="≈ 5000.5 s", got=f"{waits[-1]:g} s")
    expect.true(
        "expires_at", 4900 < left <= 5001, expected="≈ 5000.5 s", got=f"{left:g} s"
    )


async def test_order_costs_what_the_quote_says(
    alice: Client, admin: Client, anonymous: Client
) -> None:
    """For random carts an order is priced like the quote, line by line."""
    market = await open_market(admin, on_hand=1_000_000)

    async def check(wanted: Cart) -> None:
        request = market.request(wanted)
        quoted = await anonymous.post("/v1/quotes", json=request)
        quote = priced(require(quoted, 200, stage=3))
        key = {"Idempotency-Key": unique("key")}
        reply = await alice.post("/v1/orders", json=request, headers=key)
        expect.status(reply, 201)
        got = priced(body(reply))
        cart, same = wanted.shown(), got == quote
        expect.true("order_is_quote", same, expected=quote, got=got, cart=cart)

    await for_all(carts(400), check, 15)


async def test_all_or_nothing(alice: Client, admin: Client, db: Database) -> None:
    """When one line fails, stock, redemption, movements and orders stay."""
    sold = await some_products(admin, 100, 200, 300, on_hand=5)
    code = (await a_discount(admin, max_redemptions=5))["code"]
    before = [await db.count(table) for table in TABLES]

    # Each in turn: whatever order an app takes them in, some fails behind others.
    for scarce in sold:
        lines = [line(product, 6 if product is scarce else 2) for product in sold]
        for wanted in (lines, lines[::-1]):
            reply = await order(alice, *wanted, discount_code=code)
            expect.problem(reply, 409, "insufficient_stock")

    for product in sold:
        await stock_is(db, product["id"], 5, 0)
    expect.equal("redeemed", await redeemed(db, code), 0)
    expect.equal("unchanged", [await db.count(t) for t in TABLES], before)
    unknown = await order(alice, line(sold[0]), line("no-such-id"))
    expect.problem(unknown, 422, "unknown_product")
    names_lines(body(unknown))
    wishes = [line(sold[0], 2), line(sold[1], 5)]
    expect.status(await order(alice, *wishes, discount_code=code), 201)
    await books_balance(db, sold)


async def test_lines_of_one_product_count_together(
    alice: Client, admin: Client, db: Database
) -> None:
    """Two lines of one product need stock for their sum, and are reserved once."""
    sold = await a_product(admin, 5)

    reply = await order(alice, line(sold, 3), line(sold, 3))

    expect.problem(reply, 409, "insufficient_stock")
    await stock_is(db, sold["id"], 5, 0)
    made = await an_order(alice, line(sold, 2), line(sold, 3))
    expect.equal("merged", [x["qty"] for x in made["lines"]], [5])
    expect.fields(made, code=None)
    await stock_is(db, sold["id"], 5, 5)
    await books_balance(db, [sold])


async def test_order_keeps_what_was_sold(alice: Client, admin: Client) -> None:
    """A later price, name or code changes nothing of an order, alone or in the list."""
    sold = await a_product(admin, price_minor=1000)
    code = (await a_discount(admin))["code"]
    made = await an_order(alice, line(sold, 2), discount_code=code)
    path = f"/v1/products/{sold['id']}"
    changes = {"price_minor": 1, "name": "Other", "active": False}

    edited = await admin.patch(path, json=changes, headers={"if-match": "*"})

    require(edited, 200, stage=1)
    read = await alice.get(f"/v1/orders/{made['id']}")
    expect.equal("same_order", body(read), made)
    listed = body(await alice.get("/v1/orders"))["items"]
    expect.equal("same_order", [x for x in listed if x["id"] == made["id"]], [made])


async def test_orders_are_private(
    alice: Client, bob: Client, admin: Client, anonymous: Client, db: Database
) -> None:
    """Another's order is 404 and in no list; an admin sees all; lists stay cheap."""
    sold = await a_product(admin, 100)
    hers = [await an_order(alice, line(sold), line(await a_product(admin)))]
    hers += [await an_order(alice, line(sold)) for _ in range(11)]
    his = await an_order(bob, line(sold))

    path = f"/v1/orders/{hers[0]['id']}"
    expect.problem(await bob.get(path), 404, "not_found")
    expect.problem(await alice.get("/v1/orders/no-such-id"), 404, "not_found")
    expect.status(await admin.get(path), 200)
    for url in (path, "/v1/orders"):
        expect.problem(await anonymous.get(url), 401)
    hers_listed = [x["id"] for x in await pages(alice, "/v1/orders", 4, 5)]
    newest = [x["id"] for x in reversed(hers)]
    expect.listed(hers_listed[: len(newest)], newest, "id")
    expect.absent(hers_listed, his["id"])
    # Orders of one moment lie across the ends of pages.
    await at_one_moment(db, "orders", hers)
    tied = [x["id"] for x in await pages(alice, "/v1/orders", 4, 5)]
    expect.listed(sorted(tied), sorted(hers_listed), "id")
    await no_such_page(alice, "/v1/orders")
    everything = {x["id"] for x in await pages(admin, "/v1/orders", 4, 100)}
    expect.true("admin_sees_all", {his["id"], *hers_listed} <= everything)
    await sql_does_not_grow(db, alice, "/v1/orders", 2, 12)


async def test_total_as_expected(alice: Client, admin: Client, db: Database) -> None:
    """An `expected_total` that is not the total is 409 `price_changed`."""
    sold = await a_product(admin, price_minor=1250)

    for total in (0, 1, 2499, 2501):
        reply = await order(alice, line(sold, 2), expected_total=total)
        expect.problem(reply, 409, "price_changed")

    await stock_is(db, sold["id"], 10, 0)
    made = await order(alice, line(sold, 2), expected_total=2500)
    expect.status(made, 201)
    expect.fields(body(made), total=2500)
    for odd in ("2500", 2500.0, True):
        bad = await order(alice, line(sold, 2), expected_total=odd)
        expect.problem(bad, 422, "validation_error")
        expect.names_field(bad, "expected_total")


async def test_redemptions_run_out(alice: Client, admin: Client, db: Database) -> None:
    """A code counts at each order, and after `max_redemptions` it is 409."""
    sold = await a_product(admin)
    code = (await a_discount(admin, max_redemptions=2))["code"]
    for _ in range(2):
        await an_order(alice, line(sold), discount_code=code.lower())

    for path in ("/v1/orders", "/v1/quotes"):
        data = {"lines": [line(sold)], "discount_code": code}
        headers = {"Idempotency-Key": unique("key")}
        reply = await alice.post(path, json=data, headers=headers)
        expect.problem(reply, 409, "discount_exhausted")

    expect.equal("redeemed", await redeemed(db, code), 2)
    await stock_is(db, sold["id"], 10, 2)
    # 0.01 % of 1000 is nothing: the code counts all the same.
    idle = (await a_discount(admin, 1, max_redemptions=1))["code"]
    made = await an_order(alice, line(sold), discount_code=idle)
    expect.fields(made, discount=0, code=idle)
    expect.equal("redeemed", await redeemed(db, idle), 1)
    over = await order(alice, line(sold), discount_code=idle)
    expect.problem(over, 409, "discount_exhausted")


async def test_stock_and_movements_agree(
    alice: Client, admin: Client, db: Database
) -> None:
    """After orders and counts, movements sum to the stock and `available` follows."""
    sold = await some_products(admin, 100, 200, on_hand=20)
    for n in range(4):
        async with movements_only_added(db):
            await an_order(alice, line(sold[0], n + 1), line(sold[1]))
    async with movements_only_added(db):
        await put_stock(admin, sold[0]["id"], 12, was=20)
    path = f"/v1/products/{sold[0]['id']}/stock"

    below = await admin.put(path, json={"on_hand": 9, "expected_on_hand": 12})

    expect.problem(below, 409, "stock_conflict")
    await stock_is(db, sold[0]["id"], 12, 10)
    await books_balance(db, sold)
    for product in sold:
        on_hand, reserved = await stock_of(db, product["id"])
        got = await available(alice, product["id"])
        expect.equal("available", got, on_hand - reserved)


async def test_sql_is_linear_in_lines(
    alice: Client, admin: Client, db: Database
) -> None:
    """An order needs at most 18 SQL statements, and 5 more per line."""
    sold = await some_products(admin, *[100] * 40, on_hand=100)
    code = (await a_discount(admin))["code"]
    for count in (1, 10, 40):
        lines: list[dict[str, Any]] = [line(product) for product in sold[:count]]
        enough = 18 + 5 * count

        async def one_order(lines: list[dict[str, Any]] = lines) -> None:
            expect.status(await order(alice, *lines, discount_code=code), 201)

        least = await db.fewest(one_order, enough)
        if least.calls > enough:
            most = {"statements": least.calls, "most": least.most()}
            expect.fail("sql_per_order", expected=f"≤ {enough}", got=most, lines=count)
