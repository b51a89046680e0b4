"""Stage 6: twice asked is once done, and a slow payment service holds nobody up."""

import asyncio
from typing import Any

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.gateway import (
    CREATE,
    DECLINE,
    DRIP,
    FAIL,
    LOSE,
    PUT_OFF,
    Account,
    Gateway,
)
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.shop.bodies import only_its_own_body_is_repeated
from tests.shop.books import books_balance, movements_only_added, stock_is
from tests.shop.charges import (
    TOLD,
    charged_once,
    charges_are,
    code_has_ended,
    no_connection_keeps_the_attempt,
    total_of_0_is_not_charged,
    unknown,
    with_ending_code,
)
from tests.shop.helpers import (
    a_product,
    an_order,
    cart,
    line,
    order,
    order_status,
    pay,
    put_stock,
    same_but,
    some_products,
    unique,
)
from tests.shop.keys import is_repeated, keyed, send
from tests.shop.payment_service import NOWHERE, PaymentService


async def test_key_is_required(alice: Client, admin: Client, db: Database) -> None:
    """Without a key, or with an empty one, it is 400; without a good token 422."""
    sold = await a_product(admin)
    made = await an_order(alice, line(sold))
    pay_path = f"/v1/orders/{made['id']}/pay"
    asked: list[tuple[str, Any]] = [
        ("/v1/orders", cart(line(sold))),
        (pay_path, {"payment_token": unique("tok")}),
    ]

    for path, data in asked:
        for headers in ({}, {"Idempotency-Key": ""}):
            reply = await alice.post(path, json=data, headers=headers)
            expect.problem(reply, 400, "idempotency_key_missing")

    key = keyed(unique("key"))
    for token in ("", "t" * 201):
        reply = await alice.post(pay_path, json={"payment_token": token}, headers=key)
        expect.problem(reply, 422, "validation_error")
    await stock_is(db, sold["id"], 10, 1)
    # Short and long ones; of the long ones every character counts.
    for name in ("k", "k" * 200, "k" * 199 + "l"):
        expect.status(await order(alice, line(sold), key=name), 201)
    expect.status(await pay(alice, made, unique("tok"), "k" * 199 + "m"), 200)
    await stock_is(db, sold["id"], 9, 3)


async def test_replay(start: Start) -> None:
    """A key used again gives the same answer and no second order, after a crash too."""
    server = start()
    admin, alice = server.client("admin"), server.client("alice")
    sold, key = await a_product(admin), unique("key")
    data = cart(line(sold, 2))

    first = await alice.post("/v1/orders", json=data, headers=keyed(key))
    expect.status(first, 201)
    expect.absent(list(first.headers), "idempotency-replayed")
    same = b' {"lines" :[ {"qty":2, "product_id":"%s"} ]}' % sold["id"].encode()
    is_repeated(await send(alice, same, key), first)
    server.kill()
    server.start()
    is_repeated(await alice.post("/v1/orders", json=data, headers=keyed(key)), first)

    await stock_is(server.database, sold["id"], 10, 2)
    expect.equal("rows", await server.database.count("orders"), 1, table="orders")


async def test_reused_key(
    alice: Client, admin: Client, db: Database, account: Account
) -> None:
    """A key with another body or another path is 422 and has no effect."""
    sold, key = await a_product(admin), unique("key")
    made = await an_order(alice, line(sold), key=key)

    other = await order(alice, line(sold, 2), key=key)

    expect.problem(other, 422, "idempotency_key_reused")
    for name in ("discount_code", "expected_total"):
        # A strict app refuses null itself.
        nothing = {name: None}
        expect.problem(await order(alice, line(sold), key=key, **nothing), 422)
    expect.problem(await pay(alice, made, key=key), 422, "idempotency_key_reused")
    await stock_is(db, sold["id"], 10, 1)
    expect.equal("order_status", await order_status(alice, made), "pending")
    twin, paying = await an_order(alice, line(sold)), unique("key")
    expect.status(await pay(alice, made, key=paying), 200)
    # The same body, to another path.
    same = await pay(alice, twin, key=paying)
    expect.problem(same, 422, "idempotency_key_reused")
    # What is paid already may also be refused for that.
    token = unique("tok")
    expect.status(await pay(alice, made, token, paying), 409, 422)
    expect.equal("charges", len(account.of(token)), 0)
    await only_its_own_body_is_repeated(alice, admin, db)


async def test_key_belongs_to_its_user(
    alice: Client, bob: Client, admin: Client, db: Database
) -> None:
    """Two users with the same key get an order each."""
    sold, key = await a_product(admin), unique("key")

    replies = [await order(who, line(sold), key=key) for who in (alice, bob)]

    expect.statuses(replies, 201, 201)
    owners = [body(reply)["user_id"] for reply in replies]
    expect.equal("owners", owners, [alice.id, bob.id])
    await stock_is(db, sold["id"], 10, 2)


async def test_failure_frees_the_key(
    alice: Client, admin: Client, db: Database
) -> None:
    """After a 409 or a 422 the same request with the same key may succeed."""
    sold, key = await a_product(admin, 1), unique("key")
    expect.problem(await order(alice, line(sold, 2), key=key), 409)
    expect.problem(await order(alice, line(sold, 0), key=key), 422)
    await put_stock(admin, sold["id"], 5, was=1)

    reply = await order(alice, line(sold, 2), key=key)

    expect.status(reply, 201)
    expect.absent(list(reply.headers), "idempotency-replayed")
    await stock_is(db, sold["id"], 5, 2)


async def test_twins_make_one_order(alice: Client, admin: Client, db: Database) -> None:
    """Four equal orders with one key at once: one order, and nobody gets a 5xx."""
    sold, key = await a_product(admin), unique("key")
    calls = [order(alice, line(sold), key=key) for _ in range(4)]

    replies = await db.race(calls, "stock")

    made = [body(reply)["id"] for reply in replies if reply.status_code == 201]
    for reply in replies:
        if reply.status_code != 201:
            expect.problem(reply, 409, "idempotency_in_progress")
    expect.true("some_twin_succeeds", made, expected=201)
    expect.equal("one_order", len(set(made)), 1)
    await stock_is(db, sold["id"], 10, 1)
    await books_balance(db, [sold])
    again = await order(alice, line(sold), key=key)
    expect.status(again, 201)
    expect.equal("one_order", body(again)["id"], made[0])


async def test_lost_connection_frees_the_key(start: Start) -> None:
    """An order whose database connection is cut is made at the next try, once."""
    server = start()
    db = server.database
    admin, alice = server.client("admin"), server.client("alice")
    sold, key = await a_product(admin), unique("key")

    async with db.hold("stock") as gate:
        cut_off = asyncio.create_task(order(alice, line(sold), key=key))
        await gate.waiting(1, [cut_off])
        await db.cut()
        # Broken off, or tried again by the app and now at the gate: both are right.
        await asyncio.wait([cut_off], timeout=2)
    await cut_off

    reply = await order(alice, line(sold), key=key)
    expect.status(reply, 201)
    expect.equal("rows", await db.count("orders"), 1, table="orders")
    await stock_is(db, sold["id"], 10, 1)
    await books_balance(db, [sold])


async def test_payment_charges_once(
    alice: Client, admin: Client, db: Database, account: Account
) -> None:
    """A payment charges the total once, and the goods leave the stock."""
    sold, token, key = await a_product(admin, 10), unique("tok"), unique("key")
    ordered = unique("key")
    made = await an_order(alice, line(sold, 3), key=ordered)
    account.plan(token, CREATE)
    other = await an_order(alice, line(sold))

    async with movements_only_added(db):
        reply = await pay(alice, made, token, key)

    expect.status(reply, 200)
    same_but("paid_order", body(reply), made, "paid")
    # The same request again has the same answer; another order is another charge.
    is_repeated(await pay(alice, made, token, key), reply)
    expect.status(await pay(alice, other, token), 200)
    charges_are(account, token, [[3000, "EUR"], [1000, "EUR"]])
    await stock_is(db, sold["id"], 6, 0)
    await books_balance(db, [sold])
    # What is paid cannot be paid again under a new key.
    again = await pay(alice, made, token)
    expect.problem(again, 409, "invalid_transition")
    # As it was then: the order of a replay is still pending.
    replayed = await order(alice, line(sold, 3), key=ordered)
    expect.equal("replayed_body", body(replayed), made)
    await total_of_0_is_not_charged(alice, admin, account)


async def test_decline_is_a_new_attempt(
    alice: Client, bob: Client, admin: Client, db: Database, account: Account
) -> None:
    """A decline is 402 and leaves the order pending; the next try has a new key."""
    sold, token, key = await a_product(admin), unique("tok"), unique("key")
    made = await an_order(alice, line(sold))
    account.plan(token, DECLINE, DECLINE)
    db.note("payments", token=token, outcomes="decline, decline, succeed")

    for _ in range(2):
        reply = await pay(alice, made, token, key)
        expect.problem(reply, 402, "payment_declined")
        expect.equal("order_status", await order_status(alice, made), "pending")

    expect.problem(await pay(bob, made, token), 404, "not_found")
    expect.status(await pay(alice, made, token, key), 200)
    keys = {asked.key for asked in account.of(token)}
    expect.equal("payment_keys", len(keys), 3)
    expect.equal("charges", len(account.charged(token)), 1)
    await stock_is(db, sold["id"], 9, 0)


async def test_unknown_outcome_keeps_its_key(
    start: Start, gateway: PaymentService
) -> None:
    """After a time-out, a drip, a 5xx or an odd status a next try has the same key."""
    server = start(PAYMENT_TIMEOUT_S="0.4")
    db, account = server.database, gateway.account(server.database.name)
    admin, alice = server.client("admin"), server.client("alice")
    sold = await a_product(admin, 20)

    outcomes = ("time-out", DRIP, FAIL, PUT_OFF, *TOLD, LOSE)
    for outcome in outcomes:
        made, token = await an_order(alice, line(sold)), unique("tok")
        db.note("payments", token=token, outcomes=f"{outcome}, succeed")
        if outcome in TOLD:
            gateway.tell(token, outcome)
        reply = await unknown(alice, made, token, account, outcome)
        expect.problem(reply, 502, "payment_unavailable")
        expect.equal("order_status", await order_status(alice, made), "pending")
        if outcome == LOSE:
            server.kill()
            server.start()

        # Another card is the same attempt: the service decides.
        other = unique("tok")
        expect.status(await pay(alice, made, other), 200)

        charged_once(account, token, other)
    await stock_is(db, sold["id"], 20 - len(outcomes), 0)
    await books_balance(db, [sold])


async def test_without_a_service(
    start: Start, server: Server, alice: Client, admin: Client, account: Account
) -> None:
    """Without a payment service, or one that is reached, only a total of 0 is paid."""
    sold = await a_product(admin)
    for url in (None, NOWHERE):
        beside = start(server.database, PAYMENT_URL=url).client("alice")
        made = await an_order(beside, line(sold))

        reply = await pay(beside, made, unique("tok"))

        expect.problem(reply, 502, "payment_unavailable")
        expect.equal("order_status", await order_status(beside, made), "pending")
        await total_of_0_is_not_charged(beside, admin, account)
    await no_connection_keeps_the_attempt(alice, beside, made, account)


async def test_paid_as_ordered(
    alice: Client, admin: Client, db: Database, account: Account
) -> None:
    """A code that has ended, or a product that has changed, leaves what is to pay."""
    sold, other = await some_products(admin, 1000, 1000)
    made, token = await with_ending_code(alice, admin, sold), unique("tok")
    changes = {"price_minor": 5000, "active": False}
    path = f"/v1/products/{sold['id']}"
    edited = await admin.patch(path, json=changes, headers={"if-match": "*"})
    require(edited, 200, stage=1)
    await code_has_ended(alice, other, made["code"])

    reply = await pay(alice, made, token)

    expect.status(reply, 200)
    same_but("paid_order", body(reply), made, "paid")
    expect.equal("charges", [c.amount for c in account.charged(token)], [900])


async def test_payments_at_once(start: Start, gateway: Gateway) -> None:
    """Of three payments of one order at once one is 200, the others 409; one charge."""
    server = start(PAYMENT_TIMEOUT_S="20")
    db, account = server.database, gateway.account(server.database.name)
    admin, alice = server.client("admin"), server.client("alice")
    sold, token = await a_product(admin), unique("tok")
    made = await an_order(alice, line(sold, 2))

    async with account.holding(token):
        db.note("held", token=token)
        paying = [asyncio.create_task(pay(alice, made, token)) for _ in range(3)]
        await account.has_asked(token, 1)
        # Who is refused at once is done; who waits for the service, or for the first
        # one, is not: both are right.
        await asyncio.wait(paying, timeout=0.3)
    replies = await asyncio.gather(*paying)

    expect.statuses(replies, 200, 409, 409)
    expect.equal("charges", len(account.charged(token)), 1)
    await stock_is(db, sold["id"], 8, 0)
    await books_balance(db, [sold])


async def test_slow_service_holds_no_connection(start: Start, gateway: Gateway) -> None:
    """With a pool of 2 and four payments under way, a product can still be read."""
    server = start(DB_POOL_SIZE="2", PAYMENT_TIMEOUT_S="20")
    db, account = server.database, gateway.account(server.database.name)
    admin, alice = server.client("admin"), server.client("alice")
    token, sold = unique("tok"), await some_products(admin, 100, 200)
    orders = [await an_order(alice, line(sold[0])) for _ in range(4)]

    async with account.holding(token):
        db.note("held", token=token)
        paying = [asyncio.create_task(pay(alice, made, token)) for made in orders]
        all_there = await account.has_asked(token, 4)
        reading = await alice.get(f"/v1/products/{sold[1]['id']}")
        idle = await db.falls_idle()
    replies = await asyncio.gather(*paying)

    expect.true("payments_under_way", all_there, got=len(account.of(token)))
    expect.status(reading, 200)
    expect.true("open_during_payment", idle)
    expect.statuses(replies, *[200] * 4)
