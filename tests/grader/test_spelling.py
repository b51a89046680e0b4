"""Apps in other words mean what they meant, and read as nothing that was published."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from grader.catalogue import SLUGS, load
from grader.judge.own_tests.edits import (
    correct_variants,
    planted_bugs,
    reference_files,
)
from grader.judge.own_tests.spelling import Spelling, renamable


@pytest.mark.parametrize("slug", SLUGS)
def test_every_app_can_be_spelled(slug: str) -> None:
    """Each differs from the reference only where it is edited."""
    problem, spelling = load(slug), Spelling()
    published = reference_files(problem)
    reference = spelling.app(published)
    assert not [
        n for n in published if n.endswith(".py") and reference[n] == published[n]
    ]

    for variation in (*planted_bugs(problem), *correct_variants(problem)):
        app = variation.app(problem)
        for name, text in spelling.app(app).items():
            if app[name] == published.get(name):
                assert text == reference[name]
            elif name.endswith(".py"):
                ast.parse(text)
                assert text != app[name]


def test_each_grading_has_a_spelling_of_its_own() -> None:
    text = {"a.py": "def f(x):\n    y = x + 1\n    return y\n"}

    assert Spelling().app(text) != Spelling().app(text)
    assert Spelling("1").app(text) == Spelling("1").app(text)


def told(names: list[int]) -> list[int]:
    """Names of all kinds, with values that tell them apart."""
    total = 0
    for number, name in enumerate(names):
        total += number * name
    pairs = [(name, total) for name in names if name]
    if (last := len(pairs)) > 1:
        first, *rest = pairs
    else:
        first, rest = (0, 0), []
    del pairs
    try:
        _ = names[99]
    except IndexError as missing:
        rest.append((len(str(missing)), last))
    return [total, *first, *(one for pair in rest for one in pair)]


def closing(start: int) -> list[int]:
    count = start

    def next_one() -> int:
        nonlocal count
        count += 1
        step = count * 2
        return step + 1

    return [next_one(), next_one(), count]


def looking_up(value: int) -> list[int]:
    doubled = value * 2
    return [locals()["doubled"], value, doubled]


def with_lambdas(value: int) -> list[int]:
    factor = value + 1
    return [*sorted([factor, value], key=lambda factor: -factor), factor]


def matching(value: int) -> list[int]:
    match (value, value + 1):
        case (one, other):
            found = one + other
    return [found]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (told, [3, 1, 4]),
        (told, [0]),
        (closing, 5),
        (looking_up, 4),
        (with_lambdas, 2),
        (matching, 7),
    ],
)
@pytest.mark.parametrize("seed", "123")
def test_functions_do_what_they_did(
    function: Callable[[Any], list[int]], argument: Any, seed: str
) -> None:
    source = inspect.getsource(function)
    spelled: dict[str, Any] = {}
    exec(Spelling(seed).app({"a.py": source})["a.py"], spelled)

    assert spelled[function.__name__](argument) == function(argument)


def test_parameters_and_what_others_see_keep_their_names() -> None:
    source = inspect.getsource(told)
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)

    assert renamable(function) == {
        *("total", "number", "pairs", "last", "first", "rest", "_")
    }


IN_ORDER = """
def one(): return 1
def two(start=one()): return start + 1
def three(): return two() + 1
found = three()
"""


@pytest.mark.parametrize("seed", "12345678")
def test_functions_stand_after_what_they_need_at_once(seed: str) -> None:
    spelled: dict[str, Any] = {}
    exec(Spelling(seed).app({"a.py": IN_ORDER})["a.py"], spelled)

    assert spelled["found"] == 3
