"""Mutants of the references: how they are made, drawn, asked, kept and settled."""

import tomllib
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.catalogue import SLUGS, Problem, load
from grader.judge.own_tests.edits import Edit
from grader.mutants import Hunt, kept, told
from grader.mutants.code import Code
from grader.mutants.draw import Mutant, app_code, changes, drawn, edit_of, made
from grader.mutants.near import bugs_near, claims_on
from grader.mutants.operators import OPERATORS
from grader.mutants.settled import KINDS, settled, to_settle
from grader.proof import judge_all
from grader.proof.apps import App
from grader.proof.claims import Claim, Found, Verdict

EVERY_PROBLEM = pytest.mark.parametrize("slug", SLUGS)
Judge = Callable[[Claim], Found]

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "boundary": [("a < b <= (c)", ["a <= b <= (c)", "a < b < (c)"])],
    "comparison": [
        ("a == b", ["a != b"]),
        ("x is not None", ["x is None"]),
        ("x  not  in y", ["x  in y"]),
    ],
    "number": [("f(1_000, 0)", ["f(1001, 0)", "f(999, 0)", "f(1_000, 1)"])],
    "flag": [("f(True)", ["f(False)"])],
    "word": [
        ("f('a-b')", ["f('xa-b')"]),
        ("f('two words', f'{x}one')", []),
        ("x = r'a.b'", ["x = r'xa.b'"]),
    ],
    "arithmetic": [
        ("(a + b) * c", ["(a + b) // c", "(a - b) * c"]),
        ("n += 1", ["n -= 1"]),
        ("-x", ["x"]),
    ],
    "logic": [
        ("a and (b or c)", ["a or (b or c)", "a and (b and c)"]),
        ("p | q", ["p & q"]),
    ],
    "operand": [
        ("a and (b)", ["True and (b)", "a and (True)"]),
        ("a or not b", ["False or not b", "a or False", "a or b"]),
    ],
    "condition": [
        ("if a:\n    b()", ["if True:\n    b()", "if False:\n    b()"]),
        ("[x for x in y if x]", ["[x for x in y if True]", "[x for x in y if False]"]),
    ],
    "statement": [
        ("f(\n    x\n)\ny = 1", ["pass\ny = 1"]),
        ("a.b = 1", ["pass"]),
        ("raise E", ["pass"]),
    ],
    "loop": [("for x in y:\n    break", ["for x in y:\n    continue"])],
    "await": [("async def f():\n    await g()", ["async def f():\n    g()"])],
    "handler": [
        ("try:\n    a()\nexcept E:\n    b()", ["try:\n    a()\nexcept ():\n    b()"])
    ],
    "where": [("s(x).where(a, b).limit(1)", ["s(x).limit(1)"])],
    "clause": [("(s(x)\n .order_by(a.desc()))", ["(s(x))", "(s(x)\n .order_by(a))"])],
    "part": [
        ("q.where(a, b, c)", ["q.where(b, c)", "q.where(a, c)", "q.where(a, b)"]),
        ("x = [a, b]", ["x = [b]", "x = [a]"]),
        ("x: dict[a, b]", []),
    ],
    "keyword": [("f(a, b=1, c=2)", ["f(a, c=2)", "f(a, b=1)"]), ("f(b=1)", ["f()"])],
    "swap": [("f(a, b, *c)", ["f(b, a, *c)"]), ("min(a, b)", [])],
    "twin": [("x.min(a)", ["x.max(a)"]), ("any(a)", ["all(a)"])],
}


def after_each(operator: str, source: str) -> list[str]:
    found = changes(OPERATORS[operator], Code(source))
    return [source[: c.start] + c.new + source[c.end :] for c in found]


def test_every_operator_is_tried() -> None:
    assert set(CASES) == set(OPERATORS)


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [(name, *case) for name, cases in CASES.items() for case in cases],
)
def test_operator(operator: str, source: str, expected: list[str]) -> None:
    assert sorted(after_each(operator, source)) == sorted(expected)


LEFT_ALONE = '''
"""doc"""
import os
from x import y
__all__ = ["a"]
def f(a: Literal["b"], c: list[d]) -> Literal["e"]:
    "doc"
    log.info("said")
    z: Literal["f"]
class A(Base[Literal["g"]]): ...
N = Field(description="word", title="word")
if TYPE_CHECKING:
    w = "word"
'''


@pytest.mark.parametrize("operator", ["word", "part", "keyword", "condition"])
def test_prose_and_types_are_left_alone(operator: str) -> None:
    assert after_each(operator, LEFT_ALONE) == []


def test_what_stands_in_an_annotation_is_code() -> None:
    source = "def f(a: Annotated[int, Query(ge=1)]): ..."

    assert after_each("number", source) == [
        "def f(a: Annotated[int, Query(ge=2)]): ...",
        "def f(a: Annotated[int, Query(ge=0)]): ...",
    ]


def test_columns_are_characters() -> None:
    assert after_each("number", "f('文', 1)") == ["f('文', 2)", "f('文', 0)"]


def test_an_edit_has_as_many_lines_as_tell_its_place() -> None:
    code = Code("a = 1\nb = 2\nb = 2\nc = 3\n")
    change = next(c for c in changes(OPERATORS["number"], code) if c.start > 12)

    assert edit_of("x.py", code, change) == Edit(
        "x.py", "b = 2\nb = 2\nc = 3", "b = 2\nb = 3\nc = 3"
    )


@EVERY_PROBLEM
def test_every_mutant_of_a_sample_compiles(slug: str) -> None:
    problem = load(slug)
    sample = drawn(problem, 150, seed=0)

    assert len(sample) == len({mutant.edit for mutant in sample}) == 150
    for mutant in sample:
        text = mutant.variation.app(problem)[f"{slug}/{mutant.file}"]
        compile(text, mutant.place, "exec", dont_inherit=True)
        assert not mutant.file.startswith("tests/")


def test_sample_is_drawn_by_seed(blog: Problem) -> None:
    sample = drawn(blog, 60, seed=1)

    assert sample == drawn(blog, 60, seed=1)
    assert sample[:20] == drawn(blog, 20, seed=1)
    assert sample != drawn(blog, 60, seed=2)
    assert len({mutant.operator for mutant in sample[:20]}) > 15


def some_mutant(problem: Problem, file: str, operator: str, line: str) -> Mutant:
    code = Code(app_code(problem)[file])
    found = [
        made(operator, file, code, change)
        for change in changes(OPERATORS[operator], code)
    ]
    return next(mutant for mutant in found if line in mutant.edit.find)


def test_every_check_is_asked_once(blog: Problem) -> None:
    mutant = some_mutant(blog, "services.py", "statement", "raise InvalidParent")
    numbers = [stage.number for stage in blog.stages if not stage.own_tests]

    claims = claims_on(mutant, blog, numbers)

    asked = [name for claim in claims for name in claim.checks or ()]
    of_the_app = [c.id for s in blog.stages if not s.own_tests for c in s.checks]
    assert sorted(asked) == sorted(of_the_app)
    assert all(claim.until_refused for claim in claims)
    # What is about time comes last.
    timed = {c.id for s in blog.stages for c in s.checks if c.why.timed}
    assert set(claims[-1].checks or ()) == timed


def test_bugs_in_the_same_function_come_first(blog: Problem) -> None:
    mutant = some_mutant(blog, "services.py", "statement", "raise InvalidParent")
    near = bugs_near(mutant, blog)

    assert "InvalidParent" in near[0].edits[0].find or "parent" in near[0].id
    assert all(any(edit.file == "services.py" for edit in bug.edits) for bug in near)


# Hunts are told verdicts here; nothing is graded.


class Answers(Executor):
    """Stands where the workers do: says at once what a function says."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.asked: list[Claim] = []

    def submit(self, _: Any, /, *arguments: Any, **__: Any) -> Future[Any]:
        claim: Claim = arguments[1]
        self.asked.append(claim)
        future: Future[Any] = Future()
        found = {claim.stages[0]: self._judge(claim)}
        future.set_result(Verdict(claim, 1.0, found))
        return future


PASSED = Found(passed=4, refused=[], errors=[], score=4)
REFUSED = Found(passed=3, refused=["crud"], errors=[], score=3)
DOWN = Found(passed=0, refused=["crud"], errors=[], score=0, down=["crud"])
ERROR = Found(passed=3, refused=["crud"], errors=["crud: boom"], score=3)


def hunt(problem: Problem, mutants: list[Mutant], folder: Path) -> Hunt:
    numbers = [stage.number for stage in problem.stages if not stage.own_tests]
    path = folder / "mutants" / "blog.jsonl"
    return Hunt(problem, numbers, mutants, path, Console(quiet=True))


def run(hunted: Hunt, judge: Judge) -> list[Claim]:
    answers = Answers(judge)
    judge_all(answers, {hunted: hunted.begin(2)})
    return answers.asked


def test_what_falls_is_asked_no_more(blog: Problem, tmp_path: Path) -> None:
    mutants = drawn(blog, 3, seed=0)
    first = hunt(blog, mutants, tmp_path)

    asked = run(first, lambda _: REFUSED)

    assert len(asked) == 3
    assert [first.rows[m].outcome for m in mutants] == ["killed"] * 3


def test_what_stands_is_asked_everything(blog: Problem, tmp_path: Path) -> None:
    mutants = drawn(blog, 2, seed=0)
    first = hunt(blog, mutants, tmp_path)

    asked = run(first, lambda _: PASSED)

    numbers = [stage.number for stage in blog.stages if not stage.own_tests]
    assert len(asked) == sum(len(claims_on(m, blog, numbers)) for m in mutants)
    assert [first.rows[m].outcome for m in mutants] == ["survived"] * 2


def test_stopped_run_goes_on_where_it_was(blog: Problem, tmp_path: Path) -> None:
    mutants = drawn(blog, 4, seed=0)
    run(hunt(blog, mutants[:2], tmp_path), lambda _: REFUSED)
    path = tmp_path / "mutants" / "blog.jsonl"
    # As a run leaves it that was ended while it wrote.
    path.write_text(path.read_text("utf-8") + '{"digest": "half', "utf-8")

    again = hunt(blog, mutants, tmp_path)
    asked = run(again, lambda _: DOWN)

    assert len(asked) == 2
    outcomes = [again.rows[mutant].outcome for mutant in mutants]
    assert outcomes == ["killed", "killed", "down", "down"]
    assert len(hunt(blog, mutants, tmp_path).rows) == 4


def test_outcome_counts_for_the_files_it_was_made_from(
    blog: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = drawn(blog, 1, seed=0)
    run(hunt(blog, mutants, tmp_path), lambda _: REFUSED)

    monkeypatch.setattr("grader.mutants.digest_of", lambda *_: "another")

    assert hunt(blog, mutants, tmp_path).rows == {}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (PASSED, ("survived", "")),
        (REFUSED, ("killed", "crud")),
        (DOWN, ("down", "crud")),
        (ERROR, ("error", "crud: boom")),
    ],
)
def test_outcome_of_a_verdict(
    blog: Problem, found: Found, expected: tuple[str, str]
) -> None:
    [mutant] = drawn(blog, 1, seed=0)
    claim = Claim(App("bug", mutant.variation), (1,))

    assert told(Verdict(claim, 1.0, {1: found})) == expected


def test_rows_of_other_digests_are_passed_over(tmp_path: Path) -> None:
    row = kept.Row("abc", "flag", "a.py:1:1", "x", "y", "killed", "crud", 1.0)
    kept.keep(tmp_path / "rows.jsonl", row)

    assert kept.read(tmp_path / "rows.jsonl", ["abc"]) == {"abc": row}
    assert kept.read(tmp_path / "rows.jsonl", ["def"]) == {}
    assert kept.read(tmp_path / "none.jsonl", ["abc"]) == {}


def test_entry_to_settle_is_read_as_its_edit(blog: Problem) -> None:
    for mutant in drawn(blog, 40, seed=0):
        [row] = tomllib.loads(to_settle(mutant))["mutant"]

        assert Edit(row["file"], row["find"], row["replace"]) == mutant.edit


@EVERY_PROBLEM
def test_every_settled_survivor_is_one_of_the_reference(slug: str) -> None:
    files = app_code(load(slug))
    for edit, said in settled(load(slug)).items():
        assert files[edit.file].count(edit.find) == 1, edit
        assert said.verdict in KINDS
        assert said.reason.endswith((".", "”", ")")), edit
