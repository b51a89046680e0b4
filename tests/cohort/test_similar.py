"""Who shares more than the task explains; what explains it counts for nothing."""

import random
import re

import pytest

from grader.cohort.fingerprints import LENGTH, WINDOW, marks
from grader.cohort.similar import Pair, similar


def code(seed: int, functions: int = 12) -> str:
    """Functions that no other seed has."""
    made = random.Random(seed)
    lines = []
    for number in range(functions):
        lines.append(f"def f{number}(a, b):")
        for _ in range(6):
            signs = made.choices("+-*/%&|^@", k=5)
            terms = "".join(f"{sign}(a{made.choice('+-')}b)" for sign in signs)
            lines.append(f"    {made.choice(['a =', 'return', 'assert'])} a{terms}")
    return "\n".join(lines) + "\n"


def pairs(explained: str = "", **texts: str) -> list[Pair]:
    handed_in = {n: {"blog/a.py": text.encode()} for n, text in texts.items()}
    return similar(handed_in, [{"blog/a.py": explained.encode()}])


def test_copy_is_found_whatever_it_is_renamed_to() -> None:
    renamed = re.sub(r"\ba\b", "alpha", re.sub(r"\bf(\d+)", r"g\1", code(1)))
    copy = "# Mine.\n\n" + renamed.replace("    ", "  ").replace("):", "):  # so")
    found = pairs(ada=code(1), bob=copy)

    assert [(pair.left, pair.right) for pair in found] == [("ada", "bob")]
    assert found[0].share == 1


def test_those_who_wrote_their_own_are_in_no_pair() -> None:
    assert pairs(ada=code(1), bob=code(2), cy=code(3)) == []


def test_what_the_starter_or_the_reference_gives_counts_for_nothing() -> None:
    assert pairs(explained=code(1), ada=code(1), bob=code(1)) == []


def test_what_much_of_the_class_has_counts_for_nothing() -> None:
    """A lesson showed it, say; a pair within that class still stands out."""
    lesson = code(1)
    rest = {f"s{n}": lesson + code(10 + n) for n in range(8)}
    found = pairs(ada=lesson + code(2), bob=lesson + code(2), **rest)

    assert [(pair.left, pair.right) for pair in found] == [("ada", "bob")]


def test_part_that_is_shared_is_shown_with_its_lines() -> None:
    found = pairs(ada=code(1, 6) + code(2), bob=code(3, 6) + code(2))

    [pair] = found
    assert 0.3 < pair.share < 1
    # Six functions of seven lines come before what is shared.
    assert min(block.left.first for block in pair.blocks) >= 40
    assert max(block.left.last for block in pair.blocks) <= 18 * 7


@pytest.mark.parametrize("content", [b"", b"def (", b"\xff\xfe\x00", b"'''", b"x = 1"])
def test_what_is_no_python_or_short_has_no_marks(content: bytes) -> None:
    assert marks("a.py", content) == []


def test_whatever_is_long_enough_leaves_a_mark() -> None:
    """That is what winnowing promises: no shared stretch of that length is missed."""
    shared = " + ".join(["x"] * ((LENGTH + WINDOW) // 2 + 1))
    left, right = (f"def f():\n    {b}\n    return {shared}\n" for b in ("a", "del b"))
    found = [{m.hash for m in marks("a.py", text.encode())} for text in (left, right)]

    assert found[0] & found[1]
