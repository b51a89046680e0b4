"""Payments that succeed, fail, or are still under way at the payment service."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.gateway import DECLINE, FAIL, LOSE, Account
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from tests.shop.helpers import (
    a_discount,
    a_product,
    an_order,
    cart,
    line,
    order,
    pay,
    unique,
)
from tests.shop.payment_service import HANG_UP

# Answers of a status that is not in the table, whatever their bodies say, or none.
TOLD = ("202 succeeded", "203 succeeded", "400 declined", "409 error", HANG_UP)
UNREACHED = "unreached"


def charges_are(account: Account, token: str, expected: list[list[Any]]) -> None:
    """These amounts were charged, each under a key of its own."""
    amounts = [[c.amount, c.currency] for c in account.charged(token)]
    expect.equal("charges", amounts, expected)
    keys = {asked.key for asked in account.of(token)}
    expect.equal("payment_keys", len(keys), len(expected))


def charged_once(account: Account, *tokens: str) -> None:
    """Whatever was asked with these tokens, one charge was made, under one key."""
    keys = {asked.key for token in tokens for asked in account.of(token)}
    expect.equal("payment_keys", len(keys), 1)
    charges = [asked for token in tokens for asked in account.charged(token)]
    expect.equal("charges", len(charges), 1)


async def total_of_0_is_not_charged(
    alice: Client, admin: Client, account: Account
) -> None:
    """A total of 0 is paid without the payment service."""
    code, token = (await a_discount(admin, 10_000))["code"], unique("tok")
    free = await an_order(alice, line(await a_product(admin)), discount_code=code)
    expect.fields(free, total=0)
    reply = await pay(alice, free, token)
    expect.status(reply, 200)
    expect.fields(body(reply), status="paid", total=0)
    expect.equal("charges", len(account.of(token)), 0)


async def unknown(
    payer: Client, made: Fields, token: str, account: Account, outcome: str
) -> httpx.Response:
    if outcome != "time-out":
        if outcome not in TOLD:
            account.plan(token, outcome)
        return await pay(payer, made, token)
    async with account.holding(token):
        return await pay(payer, made, token)


async def no_connection_keeps_the_attempt(
    alice: Client, beside: Client, made: Fields, account: Account
) -> None:
    """A service that is not reached from `beside` may have charged all the same."""
    lost, token = unique("tok"), unique("tok")
    account.plan(lost, LOSE)
    for payer in (alice, beside):
        reply = await pay(payer, made, lost)
        expect.problem(reply, 502, "payment_unavailable")
    expect.status(await pay(alice, made, token), 200)
    charged_once(account, lost, token)


async def with_ending_code(alice: Client, admin: Client, sold: Fields) -> Fields:
    """An order under a code that ends soon after; later on a machine that is busy."""
    for seconds in (1.5, 5, 15):
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        code = (await a_discount(admin, ends_at=ends.isoformat()))["code"]
        reply = await order(alice, line(sold), discount_code=code)
        if reply.status_code == 201:
            break
    made = require(reply, 201, stage=4)
    assert isinstance(made, Fields)
    return made


async def code_has_ended(buyer: Client, product: Fields, code: str) -> None:
    """Wait until a quote under a code is refused."""
    deadline, over = time.monotonic() + 20, False
    while not over and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        wanted = cart(line(product), discount_code=code)
        quoted = await buyer.post("/v1/quotes", json=wanted)
        over = quoted.status_code == 422
    expect.true("code_ends", over, expected=422, got=quoted.status_code)


async def being_charged(
    server: Server, account: Account, sold: Fields, token: str
) -> tuple[Fields, asyncio.Task[Any]]:
    """An order whose charge the payment service is holding."""
    alice = server.client("alice")
    for _ in range(3):
        made = await an_order(alice, line(sold))
        paying = asyncio.create_task(pay(alice, made, token))
        if await account.has_asked(token, 1):
            return made, paying
        # On a busy machine its time may be over before it is paid: once more.
        await paying
    return expect.fail("never_charged", expected=1, got=0)


async def with_outcome(
    server: Server, account: Account, sold: Fields, outcome: str
) -> tuple[Fields, str]:
    """An order for which the payment service failed, declined or was not reached."""
    status = {FAIL: 502, DECLINE: 402, UNREACHED: 502}[outcome]
    alice = server.client("alice")
    for _ in range(3):
        made, token = await an_order(alice, line(sold)), unique("tok")
        if outcome != UNREACHED:
            account.plan(token, outcome)
        reply = await pay(alice, made, token)
        if reply.status_code == status:
            return made, token
    require(reply, status, stage=6)
    raise AssertionError
