"""Stage 3: quotes are exact to the unit, for every cart."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.properties import for_all
from grader.judge.database import Database
from tests.shop.books import redeemed
from tests.shop.helpers import (
    a_discount,
    a_product,
    cart,
    line,
    names_lines,
    some_products,
    unique_code,
)
from tests.shop.market import adds_up, open_market, priced
from tests.shop.rules import Cart, carts, expected

# Prices and quantities, the discount, and how it is shared out.
EXAMPLES: tuple[tuple[list[tuple[int, int]], str, int, list[int]], ...] = (
    ([(1250, 2), (999, 1)], "percent", 1250, [312, 125]),
    ([(1, 1), (1, 1), (1, 1)], "fixed", 1, [1, 0, 0]),
    ([(1, 1), (1, 1), (1, 1)], "fixed", 2, [1, 1, 0]),
    ([(100, 1), (200, 1), (300, 1)], "percent", 1, [0, 0, 0]),
    ([(5000, 1), (5000, 1)], "percent", 1, [1, 0]),
    ([(500, 1), (300, 1)], "fixed", 9999, [500, 300]),
    ([(0, 5), (0, 1)], "fixed", 100, [0, 0]),
    ([(0, 1), (10, 1), (10, 1)], "fixed", 3, [0, 2, 1]),
    ([(333, 3)], "percent", 10000, [999]),
    # 29 % of 100 is 28.999999999999996 in floats.
    ([(100, 1)], "percent", 2900, [29]),
    ([(1, 1), (2, 1), (4, 1)], "fixed", 3, [0, 1, 2]),
    # 1999800000000.9999 is 1999800000001 in floats.
    (
        *([(1_000_000_000, 1000), (1_000_000_000, 1000), (1, 1)], "percent", 9999),
        [999_900_000_000, 999_899_999_999, 1],
    ),
)


async def quote(reader: Client, *lines: dict[str, Any], **fields: Any) -> Any:
    return await reader.post("/v1/quotes", json=cart(*lines, **fields))


async def test_worked_examples(admin: Client, anonymous: Client) -> None:
    """Twelve carts cost what they cost when calculated by hand."""
    for lines, kind, value, split in EXAMPLES:
        products = await some_products(admin, *(p for p, _ in lines), on_hand=0)
        code = (await a_discount(admin, value, kind=kind, currency="EUR"))["code"]
        asked = [line(p, qty) for p, (_, qty) in zip(products, lines, strict=True)]

        reply = await quote(anonymous, *asked, discount_code=code)

        expect.status(reply, 200)
        answer, subtotal = body(reply), sum(p * q for p, q in lines)
        example = f"{kind} {value}: {lines}"
        got = [x["line_discount"] for x in answer["lines"]]
        expect.equal("example_split", got, split, example=example)
        total = subtotal - sum(split)
        expect.fields(answer, subtotal=subtotal, discount=sum(split), total=total)
        expect.fields(answer, code=code, currency="EUR")
        for made, item in zip(products, answer["lines"], strict=True):
            expect.fields(item, product_id=made["id"], sku=made["sku"])
            expect.fields(item, unit_price=made["price_minor"])


async def test_parts_sum_to_the_whole(admin: Client, anonymous: Client) -> None:
    """For random carts all parts sum to the wholes, and nothing is below 0."""
    market = await open_market(admin)

    async def check(wanted: Cart) -> None:
        reply = await anonymous.post("/v1/quotes", json=market.request(wanted))
        expect.status(reply, 200)
        adds_up(wanted, priced(body(reply)))

    await for_all(carts(), check, 60)


async def test_every_part_is_exact(admin: Client, anonymous: Client) -> None:
    """For random carts every part is the one that the largest remainder gives."""
    market = await open_market(admin)

    async def check(wanted: Cart) -> None:
        reply = await anonymous.post("/v1/quotes", json=market.request(wanted))
        expect.status(reply, 200)
        got, right = priced(body(reply)), expected(wanted)
        cart = wanted.shown()
        expect.true("part_exact", got == right, expected=right, got=got, cart=cart)

    await for_all(carts(), check, 60)


async def test_lines_of_one_product_merge(admin: Client, anonymous: Client) -> None:
    """Lines of one product become one, of 1000 at most, at the price of now."""
    one, other = await some_products(admin, 10, 20, on_hand=0)

    reply = await quote(anonymous, line(one, 2), line(other), line(one, 3))

    expect.status(reply, 200)
    got = [[x["product_id"], x["qty"]] for x in body(reply)["lines"]]
    expect.equal("merged", got, [[one["id"], 5], [other["id"], 1]])
    expect.fields(body(reply), subtotal=70, total=70, discount=0, code=None)
    full = await quote(anonymous, line(one, 999), line(one, 1))
    expect.status(full, 200)
    beyond = await quote(anonymous, line(one, 1000), line(one, 1))
    expect.problem(beyond, 422, "validation_error")
    names_lines(body(beyond))
    dearer = {"price_minor": 11}
    await admin.patch(
        f"/v1/products/{one['id']}", json=dearer, headers={"if-match": "*"}
    )
    again = await quote(anonymous, line(one, 2))
    expect.fields(body(again), subtotal=22, total=22)


async def test_codes_are_valid_or_refused(admin: Client, anonymous: Client) -> None:
    """A code counts in any case; out of time, minimum or currency it is refused."""
    made = await a_product(admin, 0, price_minor=1000)
    now = datetime.now(UTC)
    day, hour = timedelta(days=1), timedelta(hours=1)
    before, after = (now - day).isoformat(), (now + day).isoformat()
    # Their clocks show 4 hours ahead of UTC, and 4 behind it.
    east = (now - hour).astimezone(timezone(5 * hour)).isoformat()
    west = (now + hour).astimezone(timezone(-5 * hour)).isoformat()
    good: list[dict[str, Any]] = [
        {"starts_at": before, "ends_at": after},
        {"starts_at": east, "ends_at": west},
        {"min_subtotal": 1000},
        {"currency": "EUR"},
    ]
    for fields in good:
        code = str((await a_discount(admin, **fields))["code"])
        reply = await quote(anonymous, line(made), discount_code=code.lower())
        expect.status(reply, 200)
        expect.fields(body(reply), discount=100, code=code)
    bad: list[dict[str, Any]] = [
        {"starts_at": after},
        {"starts_at": west},
        {"ends_at": before},
        {"ends_at": east},
        {"min_subtotal": 1001},
        {"currency": "USD"},
    ]
    codes = [(await a_discount(admin, **fields))["code"] for fields in bad]
    for code in (*codes, "NOSUCHCODE"):
        reply = await quote(anonymous, line(made), discount_code=code)
        expect.problem(reply, 422, "discount_invalid")
        expect.names_field(reply, "discount_code")


async def test_discounts_are_made(
    admin: Client, alice: Client, anonymous: Client
) -> None:
    """An admin makes a discount in upper case; a doubled or faulty one is refused."""
    code = unique_code()
    sent = {"code": code.lower(), "kind": "fixed", "value": 500, "currency": "EUR"}

    reply = await admin.post("/v1/discounts", json=sent | {"max_redemptions": 3})

    expect.status(reply, 201)
    expect.fields(body(reply), code=code, kind="fixed", value=500, currency="EUR")
    expect.fields(body(reply), redeemed=0, max_redemptions=3, min_subtotal=0)
    twin = await admin.post("/v1/discounts", json=sent | {"code": code.title()})
    expect.problem(twin, 409, "code_taken")
    other = sent | {"code": unique_code()}
    expect.problem(await anonymous.post("/v1/discounts", json=other), 401)
    expect.problem(await alice.post("/v1/discounts", json=other), 403, "forbidden")
    for fields in (
        *({"value": 0}, {"value": 1.0}, {"value": True}, {"value": 1_000_000_001}),
        *({"code": "AB"}, {"code": "A-B-C"}, {"kind": "gift"}, {"currency": None}),
        *({"kind": "percent", "value": 10_001}, {"max_redemptions": 0}),
    ):
        bad = await admin.post("/v1/discounts", json=other | fields)
        expect.problem(bad, 422, "validation_error")


async def test_bad_lines(admin: Client, anonymous: Client) -> None:
    """Unknown and inactive products, two currencies and odd quantities are 422."""
    made, other = await some_products(admin, 100, 200, on_hand=0)
    inactive = await a_product(admin, 0, active=False)
    foreign = await a_product(admin, 0, currency="USD")
    for product_id in ("no-such-id", inactive["id"]):
        reply = await quote(anonymous, line(made), line(product_id))
        expect.problem(reply, 422, "unknown_product")
        names_lines(body(reply))
    mixed = await quote(anonymous, line(made), line(foreign))
    expect.problem(mixed, 422, "mixed_currency")
    names_lines(body(mixed))
    for qty in (0, -1, 1001, 1.0, "1", True, None):
        reply = await quote(anonymous, line(made), line(other, qty))
        expect.problem(reply, 422, "validation_error")
        names_lines(body(reply))
    for count in (0, 51):
        reply = await quote(anonymous, *(line(made) for _ in range(count)))
        expect.problem(reply, 422, "validation_error")
        names_lines(body(reply))


async def test_quotes_leave_no_trace(
    admin: Client, anonymous: Client, db: Database
) -> None:
    """A quote counts no redemption and writes nothing; the client names no price."""
    made, code = await a_product(admin, 1), (await a_discount(admin))["code"]
    tables = ("orders", "order_lines", "stock_movements", "payments")
    before = [await db.count(table) for table in tables]
    sold = {"product_id": made["id"], "qty": 3, "unit_price": 1, "line_total": 1}

    reply = await quote(anonymous, sold, discount_code=code, total=1, subtotal=1)

    if reply.status_code != 422:
        expect.status(reply, 200)
        expect.fields(body(reply), subtotal=3000, discount=300, total=2700)
    expect.equal("unchanged", [await db.count(t) for t in tables], before)
    expect.equal("redeemed", await redeemed(db, code), 0)
