"""The record while a proof runs: kept as it comes, and only while files stand still."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader import proof
from grader.catalogue import Problem
from grader.errors import SetupError
from grader.judge.own_tests.edits import planted_bugs
from grader.proof.apps import App, together
from grader.proof.claims import Claim, Found, Verdict
from grader.proof.origins import Cell, cells, state_of_files
from grader.proof.record import Row, read_record, record_of, write_record

PASSED = Found(passed=4, refused=[], errors=[], score=4)
REFUSED = Found(passed=3, refused=["crud"], errors=[], score=3)
Judge = Callable[[Claim], dict[int, Found]]


class Answers(Executor):
    """Stands where the workers do: says at once what a function says."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.asked: list[Claim] = []

    def submit(self, _: Any, /, *arguments: Any, **__: Any) -> Future[Any]:
        claim = arguments[1]
        self.asked.append(claim)
        future: Future[Any] = Future()
        future.set_result(Verdict(claim, 0.0, self._judge(claim)))
        return future


@pytest.fixture
def run(
    blog: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], proof.Run]:
    """A run of blog's claims whose record is a file of its own."""
    file = tmp_path / "proof.json"
    monkeypatch.setattr("grader.proof.record.record_of", lambda _: file)
    return lambda: proof.Run(blog, Console(quiet=True), record=True)


def some_bugs(problem: Problem) -> list[App]:
    bugs = [bug for bug in planted_bugs(problem) if bug.stage == 3]
    return [App("bug", bug) for bug in bugs[:2]]


def test_what_holds_is_kept_and_what_does_not_is_dropped(
    blog: Problem, run: Callable[[], proof.Run]
) -> None:
    one, two = some_bugs(blog)
    claims = [Claim(one, (3,)), Claim(two, (3,))]

    proof.judge_all(Answers(lambda claim: {3: REFUSED}), {run(): claims})
    assert {n: list(r.stages) for n, r in read_record(blog).items()} == {
        one.id: [3],
        two.id: [3],
    }

    proof.judge_all(Answers(lambda claim: {3: PASSED}), {run(): claims[:1]})
    rows = read_record(blog)
    assert (rows[one.id].stages, list(rows[two.id].stages)) == ({}, [3])
    assert rows[two.id].refused_by == {3: ["crud"]}


def test_bug_that_moves_to_an_earlier_stage_leaves_its_last_one(
    blog: Problem, run: Callable[[], proof.Run]
) -> None:
    """What stands of later stages says nothing of it any more."""
    (one, _), run_now = some_bugs(blog), run()
    stale = Row("bug", one.id, 4, {3: "old", 4: "old"}, {4: ["crud"]})
    write_record(blog, {one.id: stale})

    proof.judge_all(Answers(lambda claim: {3: REFUSED}), {run_now: [Claim(one, (3,))]})

    row = read_record(blog)[one.id]
    assert (row.stage, list(row.stages), list(row.refused_by)) == (3, [3], [3])


def test_a_group_that_fails_is_asked_one_by_one(
    blog: Problem, run: Callable[[], proof.Run]
) -> None:
    one, two = some_bugs(blog)
    bugs = (one.variation, two.variation)
    group = Claim(together(3, bugs), (1, 2), bugs=bugs)

    def judge(claim: Claim) -> dict[int, Found]:
        """The second of them, alone or not, is refused at stage 1."""
        return {1: REFUSED if two.variation in claim.bugs else PASSED, 2: PASSED}

    proof.judge_all(Answers(judge), {run(): [group]})

    rows = read_record(blog)
    assert list(rows[one.id].stages) == [1, 2]
    assert list(rows[two.id].stages) == [2]


def test_bug_that_passes_its_known_check_is_asked_in_full(
    blog: Problem, run: Callable[[], proof.Run]
) -> None:
    """Another check of its stage may refuse it now."""
    one, two = some_bugs(blog)
    known = frozenset({"crud"})

    def judge(claim: Claim) -> dict[int, Found]:
        return {3: REFUSED if claim.app == one or claim.checks is None else PASSED}

    claims = [Claim(one, (3,), known), Claim(two, (3,), known)]
    answers = Answers(judge)
    proof.judge_all(answers, {run(): claims})

    assert answers.asked == [*claims, Claim(two, (3,))]
    assert [list(row.stages) for row in read_record(blog).values()] == [[3], [3]]


def test_nothing_is_kept_once_files_have_changed(
    blog: Problem,
    run: Callable[[], proof.Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = some_bugs(blog)
    begun = run()
    monkeypatch.setattr(proof, "state_of_files", lambda: "another")

    with pytest.raises(SetupError, match="were changed"):
        proof.judge_all(Answers(lambda _: {3: REFUSED}), {begun: [Claim(one, (3,))]})
    assert read_record(blog) == {}


def test_the_record_itself_may_be_written(blog: Problem) -> None:
    before = state_of_files()
    record_of(blog).touch()
    assert state_of_files() == before

    suite = blog.suite(1)
    suite.touch()
    assert state_of_files() != before


def test_cells_of_a_claim_are_in_the_digests(
    blog: Problem, run: Callable[[], proof.Run]
) -> None:
    one, _ = some_bugs(blog)
    proof.judge_all(Answers(lambda _: {3: REFUSED}), {run(): [Claim(one, (3,))]})

    assert read_record(blog)[one.id].stages[3] == cells(blog)[Cell(one, 3)]
