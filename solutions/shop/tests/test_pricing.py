"""Quotes: exact to the unit, for every cart."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shop.tests.shop_client import Shop, line

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


EXAMPLES: tuple[tuple[list[int], str, int, list[int]], ...] = (
    ([2500, 999], "percent", 1250, [312, 125]),
    ([1, 1, 1], "fixed", 1, [1, 0, 0]),
    ([1, 2, 4], "fixed", 3, [0, 1, 2]),
    ([199, 301], "percent", 3333, [66, 100]),
    ([500, 300], "fixed", 9999, [500, 300]),
    ([0, 0], "fixed", 100, [0, 0]),
)


async def test_discount_is_shared_out_exactly(shop: Shop) -> None:
    for prices, kind, value, split in EXAMPLES:
        products = [await shop.product(0, price_minor=price) for price in prices]
        code = await shop.discount(kind=kind, value=value, currency="EUR")

        quote = (await shop.quote(*map(line, products), discount_code=code)).json()

        assert [x["line_discount"] for x in quote["lines"]] == split
        totals = [p - s for p, s in zip(prices, split, strict=True)]
        assert [x["line_total"] for x in quote["lines"]] == totals
        assert quote["discount"] == sum(split)
        assert quote["total"] == sum(totals)


async def test_lines_of_one_product_merge(shop: Shop) -> None:
    one, other = await shop.product(0), await shop.product(0)

    quote = (await shop.quote(line(one, 2), line(other), line(one, 3))).json()

    assert [(x["sku"], x["qty"]) for x in quote["lines"]] == [
        (one["sku"], 5),
        (other["sku"], 1),
    ]
    assert (await shop.quote(line(one, 1000), line(one))).status_code == 422


async def test_faulty_discount_names_its_field(shop: Shop) -> None:
    for data in ({"value": 0}, {}, {"value": 10_001}, {"value": "10"}):
        sent = {"code": "FAULTY", "kind": "percent"} | data

        reply = await shop.send("POST", "/v1/discounts", "admin", json=sent)

        pointers = [error["pointer"] for error in reply.json()["errors"]]
        assert (reply.status_code, pointers) == (422, ["/value"])


async def test_code_is_valid_or_refused(shop: Shop) -> None:
    product = await shop.product(0)
    window = {"starts_at": YESTERDAY, "ends_at": TOMORROW, "min_subtotal": 1000}
    cases: list[tuple[dict[str, Any], int]] = [
        (window, 200),
        ({"starts_at": TOMORROW}, 422),
        ({"ends_at": YESTERDAY}, 422),
        ({"min_subtotal": 1001}, 422),
        ({"currency": "USD"}, 422),
    ]
    for fields, status in cases:
        code = await shop.discount(**fields)
        reply = await shop.quote(line(product), discount_code=code.lower())
        assert reply.status_code == status, fields
        assert status == 200 or reply.json()["code"] == "discount_invalid"


async def test_bad_lines_are_refused(shop: Shop) -> None:
    product = await shop.product(0)
    inactive = await shop.product(0, active=False)
    foreign = await shop.product(0, currency="USD")

    for lines, code in (
        ([line({"id": "nothing"})], "unknown_product"),
        ([line(product), line(inactive)], "unknown_product"),
        ([line(product), line(foreign)], "mixed_currency"),
        *(([line(product, q)], "validation_error") for q in (0, 1001, 1.0, "1", True)),
    ):
        reply = await shop.quote(*lines)
        assert (reply.status_code, reply.json()["code"]) == (422, code)


async def test_quote_counts_no_redemption(shop: Shop) -> None:
    product, code = await shop.product(0), await shop.discount()

    quote = await shop.quote(line(product), discount_code=code)

    assert quote.json()["discount"] == 100
    assert shop.redeemed(code) == 0
