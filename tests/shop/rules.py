"""The rules of prices and discounts, once more and independently, in fractions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

PRICES = (0, 1, 2, 3, 7, 99, 100, 333, 1250, 999_999_937, 1_000_000_000)
DISCOUNTS = (
    *(("percent", 1), ("percent", 3333), ("percent", 1250), ("percent", 9999)),
    *(("percent", 10_000), ("fixed", 1), ("fixed", 2), ("fixed", 101)),
    *(("fixed", 1_000_000_000), ("percent", 5), ("percent", 2900), ("percent", 5700)),
)


@dataclass(frozen=True)
class Cart:
    """Lines as (place in PRICES, quantity), and a place in DISCOUNTS or None."""

    lines: tuple[tuple[int, int], ...]
    discount: int | None

    def merged(self) -> dict[int, int]:
        quantities: dict[int, int] = {}
        for which, qty in self.lines:
            quantities[which] = quantities.get(which, 0) + qty
        return quantities

    def shown(self) -> str:
        """For a report: quantities and prices, not places."""
        lines = ", ".join(f"{qty} × {PRICES[which]}" for which, qty in self.lines)
        if self.discount is None:
            return lines
        kind, value = DISCOUNTS[self.discount]
        return f"{lines}; {kind} {value}"


def carts(most_qty: int = 1000) -> st.SearchStrategy[Cart]:
    lines = st.lists(
        st.tuples(st.integers(0, len(PRICES) - 1), st.integers(1, most_qty // 4)),
        min_size=1,
        max_size=6,
    )
    discount = st.none() | st.integers(0, len(DISCOUNTS) - 1)
    made = st.builds(Cart, lines.map(tuple), discount)
    return made.filter(lambda cart: max(cart.merged().values()) <= most_qty)


def discount_on(subtotal: int, kind: str, value: int) -> int:
    if kind == "fixed":
        return min(value, subtotal)
    return math.floor(Fraction(subtotal * value, 10_000))


def shares(amount: int, parts: Sequence[int]) -> list[int]:
    """Largest remainder, ties by order."""
    whole = sum(parts)
    if whole == 0:
        return [0 for _ in parts]
    exact = [Fraction(amount * part, whole) for part in parts]
    result = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (result[i] - exact[i], i))
    for i in by_remainder[: amount - sum(result)]:
        result[i] += 1
    return result


def expected(cart: Cart) -> Mapping[str, Any]:
    """What a quote for the cart says, line by line."""
    quantities = cart.merged()
    parts = [PRICES[which] * qty for which, qty in quantities.items()]
    kind, value = (
        DISCOUNTS[cart.discount] if cart.discount is not None else ("fixed", 0)
    )
    off = discount_on(sum(parts), kind, value)
    split = shares(off, parts)
    return {
        "subtotal": sum(parts),
        "discount": off,
        "total": sum(parts) - off,
        "line_discounts": split,
        "line_totals": [part - share for part, share in zip(parts, split, strict=True)],
    }
