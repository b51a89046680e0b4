"""The rooms of the grader: each imports what it may, and none imports in a circle."""

from graphlib import TopologicalSorter

import pytest

from docs.generate.rooms import ALLOWED, arrows_of


@pytest.mark.parametrize("room", sorted(arrows_of()))
def test_room_imports_only_what_it_may(room: str) -> None:
    assert arrows_of()[room] <= ALLOWED[room]


def test_no_room_is_above_itself() -> None:
    TopologicalSorter(ALLOWED).prepare()


def test_every_room_is_told() -> None:
    """Those that import nothing are named by others."""
    assert set(arrows_of()) <= set(ALLOWED)
    assert set().union(*arrows_of().values()) <= set(ALLOWED)
