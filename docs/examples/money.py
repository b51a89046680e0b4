"""A discount over the lines of an order: cents are lost, or every cent has a place."""

from itertools import product
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError


# --8<-- [start:naive]
def split_naively(discount: int, lines: list[int]) -> list[int]:
    return [round(discount * line / sum(lines)) for line in lines]


# --8<-- [end:naive]


# --8<-- [start:mend]
def split(discount: int, lines: list[int]) -> list[int]:
    """Each line's part of the discount, by largest remainder; all in minor units."""
    total = sum(lines)
    if total == 0:
        return [0 for _ in lines]
    parts = [discount * line // total for line in lines]
    left = discount - sum(parts)  # Fewer than there are lines.
    # The lines that lost most by rounding down get one more; ties by their order.
    by_loss = sorted(range(len(lines)), key=lambda i: -(discount * lines[i] % total))
    for i in by_loss[:left]:
        parts[i] += 1
    return parts


# --8<-- [end:mend]


# --8<-- [start:strict]
class LaxPrice(BaseModel):
    price_minor: int


class Price(BaseModel):
    price_minor: Annotated[int, Field(strict=True, ge=0, le=10**12)]


# --8<-- [end:strict]


def test_floats_cannot_hold_a_dime() -> None:
    assert 0.1 + 0.2 != 0.3
    assert round(2.675, 2) == 2.67


# --8<-- [start:test]
def test_rounding_each_line_loses_a_cent() -> None:
    assert split_naively(100, [1, 1, 1]) == [33, 33, 33]
    assert split(100, [1, 1, 1]) == [34, 33, 33]


def test_the_parts_are_the_whole() -> None:
    for lines in product([0, 1, 5, 99, 100], repeat=3):
        for discount in range(0, sum(lines) + 1, 7):
            parts = split(discount, list(lines))
            assert sum(parts) == discount
            assert all(
                0 <= part <= line for part, line in zip(parts, lines, strict=True)
            )


# --8<-- [end:test]


@pytest.mark.parametrize("sent", ['"1"', "1.0", "true"])
def test_an_int_takes_more_than_integers(sent: str) -> None:
    body = f'{{"price_minor": {sent}}}'
    assert LaxPrice.model_validate_json(body).price_minor == 1
    with pytest.raises(ValidationError):
        Price.model_validate_json(body)
