"""Stage 5: what many do at once comes out as if they had come one by one."""

import asyncio
from typing import Any

from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from grader.judge.pace import alone
from grader.judge.pace.batches import keeps_pace_in_batches
from tests.shop.books import books_balance, redeemed, stock_is
from tests.shop.helpers import (
    a_discount,
    a_product,
    an_order,
    available,
    cart,
    line,
    order,
    some_products,
)

BUYERS = 5
MOST_LINES = 50


async def test_no_oversell(
    alice: Client, bob: Client, admin: Client, db: Database
) -> None:
    """Five orders for three units at once: three are 201, the others 409."""
    sold = await a_product(admin, 3)
    calls = [order((alice, bob)[n % 2], line(sold)) for n in range(BUYERS)]

    replies = await db.race(calls, "stock")

    expect.statuses(replies, 201, 201, 201, 409, 409)
    for reply in replies:
        if reply.status_code == 409:
            expect.problem(reply, 409, "insufficient_stock")
    await stock_is(db, sold["id"], 3, 3)
    expect.equal("available", await available(alice, sold["id"]), 0)
    await books_balance(db, [sold])


async def test_no_deadlock(alice: Client, admin: Client, db: Database) -> None:
    """Orders of the same products, in any order and quantity, all succeed at once."""
    sold = await some_products(admin, 100, 200, 300, on_hand=50)
    # Each order wants most of another product: no order by quantity is the same to all.
    lines = [
        [line(product, 1 + (place + n) % 3) for place, product in enumerate(sold)]
        for n in range(BUYERS)
    ]
    orders = [wanted[:: (-1) ** n] for n, wanted in enumerate(lines)]
    where = "product_id::text = ANY(%s)"
    ids = [product["id"] for product in sold]
    for _ in range(2):
        calls = [order(alice, *wanted) for wanted in orders]

        replies = await db.race(calls, "stock", where, ids)

        expect.statuses(replies, *[201] * BUYERS)
    for place, product in enumerate(sold):
        reserved = 2 * sum(wanted[place]["qty"] for wanted in lines)
        await stock_is(db, product["id"], 50, reserved)
    await books_balance(db, sold)


async def test_redemptions_are_exact(
    alice: Client, admin: Client, db: Database
) -> None:
    """Five orders with a code that counts twice: two are 201, the others 409."""
    sold = await a_product(admin, 50)
    code = (await a_discount(admin, max_redemptions=2))["code"]
    calls = [order(alice, line(sold), discount_code=code) for _ in range(BUYERS)]

    replies = await db.race(calls, "discounts")

    expect.statuses(replies, 201, 201, 409, 409, 409)
    for reply in replies:
        if reply.status_code == 409:
            expect.problem(reply, 409, "discount_exhausted")
    expect.equal("redeemed", await redeemed(db, code), 2)
    await stock_is(db, sold["id"], 50, 2)
    await books_balance(db, [sold])


async def test_one_of_two_counts_wins(admin: Client, db: Database) -> None:
    """Two PUTs that expect the same stock at once: one is 200, the other 409."""
    sold = await a_product(admin, 10)
    path = f"/v1/products/{sold['id']}/stock"
    calls = [
        admin.put(path, json={"on_hand": n, "expected_on_hand": 10}) for n in (7, 12)
    ]

    replies = await db.race(calls, "stock")

    expect.statuses(replies, 200, 409)
    [won] = [body(reply) for reply in replies if reply.status_code == 200]
    await stock_is(db, sold["id"], won["on_hand"], 0)
    await books_balance(db, [sold])


async def test_counting_spares_reservations(
    alice: Client, admin: Client, db: Database
) -> None:
    """A PUT of the stock that meets an order does not undo its reservation."""
    sold = await a_product(admin, 10)
    path = f"/v1/products/{sold['id']}/stock"
    counted = {"on_hand": 20, "expected_on_hand": 10}

    # One after the other, so that the order comes first when both are let go.
    async with db.hold("stock", "product_id::text = %s", sold["id"]) as gate:
        tasks = [asyncio.create_task(order(alice, line(sold, 2)))]
        await gate.waiting(1, tasks)
        tasks.append(asyncio.create_task(admin.put(path, json=counted)))
        await gate.waiting(2, tasks)
    replies = await asyncio.gather(*tasks)

    expect.statuses(replies, 200, 201)
    await stock_is(db, sold["id"], 20, 2)
    await books_balance(db, [sold])


async def test_strangers_do_not_wait(
    alice: Client, bob: Client, admin: Client, db: Database
) -> None:
    """While one order waits for a locked product, an order for another is answered."""
    # As many others as an order may have: locks that are shared out by id, sixteen say,
    # are the same for some of them.
    busy, *free = await some_products(admin, *[100] * (1 + MOST_LINES))
    # Who redeems the same code may wait for each other, so each order has its own.
    codes = [(await a_discount(admin, max_redemptions=9))["code"] for _ in range(3)]
    used = [{"discount_code": code} for code in codes]

    where = "product_id::text = %s"
    async with db.hold("stock", where, busy["id"]) as gate:
        # With a code and without: a lock may be taken for the one or for the other.
        calls = [order(alice, line(busy), **used[0]), order(alice, line(busy))]
        held = [asyncio.create_task(call) for call in calls]
        await gate.waiting(len(held), held)
        # Of another user, and of the same one.
        wanted = [line(product) for product in free]
        calls = [
            order(bob, *wanted, **used[1]),
            order(alice, wanted[0], **used[2]),
            order(alice, wanted[1]),
        ]
        others = [asyncio.create_task(call) for call in calls]
        # A wide deadline: who waits for the lock waits for as long as it is held.
        await asyncio.wait(others, timeout=4)
        answered = all(other.done() for other in others)

    replies = await asyncio.gather(*held, *others)
    expect.true("strangers_wait", answered)
    expect.statuses(replies, *[201] * BUYERS)
    await stock_is(db, free[0]["id"], 10, 2)
    await stock_is(db, free[-1]["id"], 10, 1)


async def own_products(admin: Client, _: Client) -> list[dict[str, Any]]:
    """Orders that have no product in common."""
    sold = await some_products(admin, *[100] * 5, on_hand=100_000)
    return [cart(line(product)) for product in sold]


async def one_product(admin: Client, alice: Client) -> list[dict[str, Any]]:
    """Orders that all want the same product."""
    sold = await a_product(admin, 100_000)
    await an_order(alice, line(sold))
    return [cart(line(sold)) for _ in range(5)]


@alone
def test_throughput_keeps_pace(benchmark: Any, world: World) -> None:
    """Orders for products of their own take at most four times the reference's time."""
    keeps_pace_in_batches(benchmark, world, "/v1/orders", own_products)


@alone
def test_hot_product_keeps_pace(benchmark: Any, world: World) -> None:
    """Orders for one product take at most four times the reference's time."""
    keeps_pace_in_batches(benchmark, world, "/v1/orders", one_product)
