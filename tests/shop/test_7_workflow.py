"""Stage 7: every step from every state, orders that expire, receipts after commits."""

import asyncio

from grader.judge.callers.client import Client
from grader.judge.callers.gateway import DECLINE, FAIL, Account, Gateway
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.shop.books import (
    books_balance,
    movements_only_added,
    redeemed,
    stock_is,
    take_off,
)
from tests.shop.charges import (
    UNREACHED,
    being_charged,
    charged_once,
    with_outcome,
)
from tests.shop.expiry import (
    long_overdue,
    many_expire_together,
    must_be_free,
    must_expire,
)
from tests.shop.helpers import (
    a_discount,
    a_paid_order,
    a_product,
    an_order,
    available,
    line,
    order,
    order_status,
    pay,
    same_but,
    some_products,
    step,
    unique,
)
from tests.shop.payment_service import NOWHERE
from tests.shop.workflow import ALLOWED, WAYS, in_many_orders, orders_meet_cancels, take


async def test_every_step_from_every_state(
    alice: Client, admin: Client, db: Database
) -> None:
    """Of the 30 pairs of a state and a step only those of the diagram are allowed."""
    sold = await a_product(admin, 100)
    for state, way in WAYS.items():
        made = await an_order(alice, line(sold))
        for name in way:
            async with movements_only_added(db):
                reply = await take(admin, made, name)
            expect.status(reply, 200)
        expect.equal("order_status", await order_status(alice, made), state)
        for name, allowed in ALLOWED.items():
            if allowed != state:
                reply = await take(admin, made, name)
                expect.problem(reply, 409, "invalid_transition")
        expect.equal("order_status", await order_status(alice, made), state)
    # Paid, shipped and delivered have left; one is still reserved.
    await stock_is(db, sold["id"], 97, 1)
    await books_balance(db, [sold])


async def test_who_takes_steps(
    alice: Client, bob: Client, admin: Client, anonymous: Client, account: Account
) -> None:
    """Owners cancel; ship, deliver and refund are an admin's; another's is 404."""
    sold = await a_product(admin)
    made, paid = (
        await an_order(alice, line(sold)),
        await a_paid_order(alice, line(sold)),
    )

    expect.problem(await step(anonymous, made, "cancel"), 401)
    expect.problem(await step(bob, made, "cancel"), 404, "not_found")
    for name in ("ship", "deliver", "refund"):
        expect.problem(await step(alice, paid, name), 403, "forbidden")
    # A declined payment has a known outcome: nothing is under way.
    token = unique("tok")
    account.plan(token, DECLINE)
    require(await pay(alice, made, token), 402, stage=6)
    reply = await step(alice, made, "cancel")
    expect.status(reply, 200)
    same_but("cancelled_order", body(reply), made, "cancelled")
    unknown = Fields(id="no-such-id")
    for name in ("cancel", "ship", "deliver", "refund"):
        expect.problem(await step(admin, unknown, name), 404, "not_found")
    expect.equal("order_status", await order_status(alice, paid), "paid")


async def test_cancel_gives_back_once(
    alice: Client, admin: Client, db: Database
) -> None:
    """Two cancels at once: one is 200, and stock and redemption come back once."""
    sold = await a_product(admin, 10)
    code = (await a_discount(admin, max_redemptions=3))["code"]
    made = await an_order(alice, line(sold, 4), discount_code=code)
    await an_order(alice, line(sold, 5), discount_code=code)
    # What is no longer sold comes back all the same.
    await take_off(db, sold)

    replies = await db.race([step(alice, made, "cancel") for _ in range(2)], "stock")

    expect.statuses(replies, 200, 409)
    await stock_is(db, sold["id"], 10, 5)
    expect.equal("available", await available(alice, sold["id"]), 5)
    expect.equal("redeemed", await redeemed(db, code), 1)
    await books_balance(db, [sold])
    # A code that took nothing off comes back too: 0.01 % of 1000 is nothing.
    idle = (await a_discount(admin, 1))["code"]
    cheap = await an_order(alice, line(await a_product(admin)), discount_code=idle)
    expect.status(await step(alice, cheap, "cancel"), 200)
    expect.equal("redeemed", await redeemed(db, idle), 0)


async def test_steps_do_not_deadlock(
    alice: Client, admin: Client, db: Database
) -> None:
    """Steps on the same products, in any order and quantity, all succeed at once."""
    sold = await in_many_orders(admin)
    # Whatever is wanted most, another order wants least of it.
    lines = [line(product, qty) for product, qty in zip(sold, (1, 2, 3), strict=True)]
    back = [line(product, qty) for product, qty in zip(sold, (3, 2, 1), strict=True)]
    back.reverse()
    cancelled = [await an_order(alice, *wanted) for wanted in (lines, back)]
    refunded = [await a_paid_order(alice, *wanted) for wanted in (lines, back)]
    paid = await an_order(alice, *back)
    calls = [
        *(step(alice, made, "cancel") for made in cancelled),
        *(step(admin, made, "refund") for made in refunded),
        pay(alice, paid, unique("tok")),
    ]
    ids = [product["id"] for product in sold]

    replies = await db.race(calls, "stock", "product_id::text = ANY(%s)", ids)

    expect.statuses(replies, *[200] * 5)
    for wanted in back:
        await stock_is(db, wanted["product_id"], 20 - wanted["qty"], 0)
    await orders_meet_cancels(alice, admin, db, lines, back)
    await books_balance(db, sold)


async def test_refund_restocks_once(
    alice: Client, admin: Client, db: Database, account: Account
) -> None:
    """Two refunds at once: one is 200, goods come back once, redemptions do not."""
    sold = await a_product(admin, 10)
    code = (await a_discount(admin, max_redemptions=3))["code"]
    made = await an_order(alice, line(sold, 4), discount_code=code)
    token, key = unique("tok"), unique("key")
    paid = require(await pay(alice, made, token, key), 200, stage=6)
    await stock_is(db, sold["id"], 6, 0)
    # What is no longer sold comes back all the same.
    await take_off(db, sold)

    replies = await db.race([step(admin, made, "refund") for _ in range(2)], "stock")

    expect.statuses(replies, 200, 409)
    await stock_is(db, sold["id"], 10, 0)
    expect.equal("service_asked", account.strays, [])
    expect.equal("redeemed", await redeemed(db, code), 1)
    # As it was then: the payment that is repeated still shows the order paid.
    replayed = await pay(alice, made, token, key)
    expect.status(replayed, 200)
    expect.equal("replayed_body", body(replayed), paid)
    await stock_is(db, sold["id"], 10, 0)
    await books_balance(db, [sold])


async def test_reservations_expire(start: Start, gateway: Gateway) -> None:
    """Unpaid in time, an order is `expired`: stock and redemption are free again."""
    server = start(RESERVATION_TTL_S="0.5")
    account = gateway.account(server.database.name)
    admin, alice = server.client("admin"), server.client("alice")
    sold, token = await a_product(admin, 10), unique("tok")
    code = (await a_discount(admin, max_redemptions=1))["code"]
    made = await an_order(alice, line(sold, 10), discount_code=code)

    async with movements_only_added(server.database):
        await must_be_free(alice, sold["id"], 10)
    await must_expire(alice, [made])
    expect.problem(await pay(alice, made, token), 409, "order_expired")
    expect.equal("charges", len(account.of(token)), 0)
    expect.problem(await step(alice, made, "cancel"), 409)
    again = await order(alice, line(sold, 10), discount_code=code)
    expect.status(again, 201)
    await many_expire_together(alice, admin, server.database)
    await books_balance(server.database, [sold])
    expect.equal("exit_code", server.terminate(), 0)


async def test_two_processes_expire_once(start: Start) -> None:
    """Two processes sweep one database: everything comes back exactly once."""
    ttl = {"RESERVATION_TTL_S": "1.5"}
    one = start(**ttl)
    two = start(one.database, **ttl)
    db, admin = one.database, one.client("admin")
    buyers = [one.client("alice"), two.client("alice")]
    sold = await some_products(admin, 100, 200, on_hand=100)
    code = (await a_discount(admin))["code"]
    lines = [line(sold[0], 2), line(sold[1], 3)]

    orders = []
    for _ in range(3):
        calls = [
            an_order(buyers[n % 2], *lines[:: (-1) ** n], discount_code=code)
            for n in range(4)
        ]
        orders += await asyncio.gather(*calls)
    async with db.hold("stock") as gate:
        # Both sweepers, if they sweep, are in the middle of an order now.
        await gate.waiting(2)
    await must_expire(buyers[0], orders)
    await must_expire(buyers[1], orders[:2])

    everything = await order(buyers[1], line(sold[0], 100), line(sold[1], 100))
    expect.status(everything, 201)
    counted = await order(buyers[0], line(await a_product(admin)), discount_code=code)
    expect.status(counted, 201)
    for product in sold:
        await stock_is(db, product["id"], 100, 100)
    expect.equal("redeemed", await redeemed(db, code), 1)
    await books_balance(db, sold)


async def test_charged_orders_do_not_expire(start: Start, gateway: Gateway) -> None:
    """An order under charge, or of unknown outcome, waits; a declined one does not."""
    chosen = {"RESERVATION_TTL_S": "1.5", "PAYMENT_TIMEOUT_S": "20"}
    server = start(**chosen)
    # It charges nobody, and finds what is under way in the database alone.
    idle = start(server.database, **chosen, PAYMENT_URL=NOWHERE)
    beside = idle.client("alice")
    account = gateway.account(server.database.name)
    admin, alice = server.client("admin"), server.client("alice")
    sold, slow = await a_product(admin, 50), unique("slow")
    async with account.holding(slow):
        server.database.note("held", token=slow)
        charged, paying = await being_charged(server, account, sold, slow)
        failed, token = await with_outcome(server, account, sold, FAIL)
        unreached, other = await with_outcome(idle, account, sold, UNREACHED)
        declined, _ = await with_outcome(server, account, sold, DECLINE)
        waiting = (charged, failed, unreached)
        await long_overdue(server.database, *waiting)
        # It expires after them: when it is gone, they have had the same chance.
        await must_expire(alice, [await an_order(alice, line(sold)), declined])
        for made in waiting:
            for reader in (beside, alice):
                state = await order_status(reader, made)
                expect.equal("order_status", state, "pending")
                expect.problem(await step(reader, made, "cancel"), 409)

    reply = await paying
    expect.status(reply, 200)
    for made, used in ((failed, token), (unreached, other)):
        expect.status(await pay(alice, made, used), 200)
        charged_once(account, used)
    for made in waiting:
        expect.equal("order_status", await order_status(alice, made), "paid")
    await books_balance(server.database, [sold])


async def test_receipts(
    alice: Client, admin: Client, db: Database, account: Account
) -> None:
    """Each paid order has one receipt, sent after the commit, on nobody's time."""
    sold = await a_product(admin, 50)
    made, token = await an_order(alice, line(sold, 2)), unique("tok")
    async with db.failing_commit("stock_movements"):
        failed = await pay(alice, made, token)
    expect.true("no_success", failed.status_code >= 500, got=failed.status_code)
    key = unique("key")
    async with account.holding("receipts"):
        db.note("receipts_held")
        paying = asyncio.create_task(pay(alice, made, token, key))
        # A wide deadline: who waits for the receipt waits for longer than that.
        await asyncio.wait([paying], timeout=4)
        in_time = paying.done()
        expect.status(await paying, 200)
        expect.true("receipt_awaited", in_time)
        expect.status(await pay(alice, made, token, key), 200)
    account.receipt_status = 500
    other = await a_paid_order(alice, line(sold))
    code = (await a_discount(admin, 10_000))["code"]
    free = await a_paid_order(alice, line(sold), discount_code=code)
    for paid, total in ((made, 2000), (other, 1000), (free, 0)):
        there = await account.has_receipts(paid["id"])
        expect.true("receipt", there, expected=paid["id"], got=account.receipts)
        expected = {"order_id": paid["id"], "total": total, "currency": "EUR"}
        sent = [
            {name: r.get(name) for name in expected}
            for r in account.receipts_of(paid["id"])
        ]
        expect.equal("receipts", sent, [expected])
    account.receipt_status = 200
    charged_once(account, token)
