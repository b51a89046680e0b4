"""A market of products and codes from which random carts are made."""

import asyncio
from dataclasses import dataclass
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from tests.shop.helpers import a_discount, cart, line, some_products
from tests.shop.rules import DISCOUNTS, PRICES, Cart


@dataclass
class Market:
    """A product for each of PRICES and a code for each of DISCOUNTS."""

    products: list[Fields]
    codes: list[str]

    def request(self, wanted: Cart) -> dict[str, Any]:
        """The cart as the body of a request."""
        lines = [line(self.products[which], qty) for which, qty in wanted.lines]
        if wanted.discount is None:
            return cart(*lines)
        return cart(*lines, discount_code=self.codes[wanted.discount])


async def open_market(admin: Client, on_hand: int = 0) -> Market:
    products = await some_products(admin, *PRICES, on_hand=on_hand)
    codes = await asyncio.gather(
        *(
            a_discount(admin, value, kind=kind, currency="EUR")
            for kind, value in DISCOUNTS
        )
    )
    return Market(products, [code["code"] for code in codes])


def priced(answer: Any) -> dict[str, Any]:
    """The amounts of a quote or an order, as `rules.expected` has them."""
    lines = answer["lines"]
    return {
        "subtotal": answer["subtotal"],
        "discount": answer["discount"],
        "total": answer["total"],
        "line_discounts": [x["line_discount"] for x in lines],
        "line_totals": [x["line_total"] for x in lines],
    }


def adds_up(wanted: Cart, got: dict[str, Any]) -> None:
    """The parts of a priced cart sum to the whole, and none is out of bounds."""
    sums = {
        "Σ line_discount = discount": sum(got["line_discounts"]) == got["discount"],
        "Σ line_total = total": sum(got["line_totals"]) == got["total"],
        "total = subtotal - discount": got["subtotal"] - got["discount"]
        == got["total"],
        "0 ≤ total ≤ subtotal": 0 <= got["total"] <= got["subtotal"],
        "line_total ≥ 0": min(got["line_totals"]) >= 0,
        "line_discount ≥ 0": min(got["line_discounts"]) >= 0,
    }
    broken = [rule for rule, holds in sums.items() if not holds]
    if broken:
        expect.fail("adds_up", expected=broken, got=got, cart=wanted.shown())
