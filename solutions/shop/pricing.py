"""Prices and discounts: pure functions on integers, no float anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BASIS_POINTS = 10_000
Kind = Literal["percent", "fixed"]


@dataclass(frozen=True)
class Item:
    """A product and how many of it, at the price of the moment."""

    product_id: int
    sku: str
    unit_price: int
    qty: int

    @property
    def gross(self) -> int:
        return self.unit_price * self.qty


@dataclass(frozen=True)
class Line:
    product_id: int
    sku: str
    unit_price: int
    qty: int
    line_discount: int
    line_total: int


@dataclass(frozen=True)
class Quote:
    currency: str
    code: str | None
    subtotal: int
    discount: int
    lines: Sequence[Line]

    @property
    def total(self) -> int:
        return self.subtotal - self.discount


def subtotal_of(items: Sequence[Item]) -> int:
    return sum(item.gross for item in items)


def discount_on(subtotal: int, kind: str, value: int) -> int:
    """What a code takes off: never more than there is."""
    if kind == "percent":
        # Once, on the whole: rounding each line down would be another sum.
        return subtotal * value // BASIS_POINTS
    return min(value, subtotal)


def share_out(amount: int, parts: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `parts`, to the unit: largest remainder.

    The shares sum to `amount`, and none exceeds its part while `amount` does not
    exceed their sum.
    """
    whole = sum(parts)
    if whole == 0:
        return [0] * len(parts)
    shares, remainders = zip(*(divmod(amount * p, whole) for p in parts), strict=True)
    # The sort is stable, so that of equal remainders the earlier line comes first.
    ranked = sorted(range(len(parts)), key=lambda i: -remainders[i])
    lucky = set(ranked[: amount - sum(shares)])
    return [share + (i in lucky) for i, share in enumerate(shares)]


def price(
    items: Sequence[Item], currency: str, code: str | None, discount: int
) -> Quote:
    parts = [item.gross for item in items]
    shares = share_out(discount, parts)
    lines = [
        Line(i.product_id, i.sku, i.unit_price, i.qty, share, i.gross - share)
        for i, share in zip(items, shares, strict=True)
    ]
    return Quote(currency, code, sum(parts), discount, lines)
