"""Prices and discounts: pure functions on integers, no float anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from given.unwritten import NotWritten

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
    raise NotWritten(3)


def discount_on(subtotal: int, kind: str, value: int) -> int:
    """What a code takes off: never more than there is."""
    raise NotWritten(3)


def share_out(amount: int, parts: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `parts`, to the unit: largest remainder.

    The shares sum to `amount`, and none exceeds its part while `amount` does not
    exceed their sum.
    """
    raise NotWritten(3)


def price(
    items: Sequence[Item], currency: str, code: str | None, discount: int
) -> Quote:
    raise NotWritten(3)
