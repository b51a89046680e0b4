"""A shop whose money and stock add up: the reference solution."""
