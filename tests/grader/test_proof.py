"""The recorded matrix: every app is in it, on every stage that it is judged by."""

import json

import pytest

from grader.catalogue import SLUGS, Problem, load
from grader.judge.own_tests.edits import correct_variants, merged, planted_bugs
from grader.proof.claims import all_claims, bug_claims, quick_claims
from grader.proof.record import record_of, refusals


@pytest.mark.parametrize("slug", SLUGS)
def test_record_is_of_this_suite(slug: str) -> None:
    problem = load(slug)
    rows = json.loads(record_of(problem).read_text("utf-8"))
    everything = [stage.number for stage in problem.stages]
    of_the_app = [s.number for s in problem.stages if not s.own_tests]
    expected = {"reference": everything, "starter": everything}
    expected |= {variant.id: of_the_app for variant in correct_variants(problem)}
    for bug in planted_bugs(problem):
        assert bug.stage
        own = bug.stage not in of_the_app
        expected[bug.id] = [bug.stage] if own else everything[: bug.stage]

    assert {row["id"]: row["stages"] for row in rows} == expected
    assert [row["id"] for row in rows if not row["holds"]] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_recorded_checks_exist(slug: str) -> None:
    problem = load(slug)
    checks = {check.id for stage in problem.stages for check in stage.checks}

    for bug, refusing in refusals(problem).items():
        assert refusing, bug
        assert set(refusing) <= checks, bug


def test_groups_hold_every_bug_that_has_a_stage_before(blog: Problem) -> None:
    grouped = [c.members for c in all_claims(blog) if c.kind == "group"]
    expected = {
        bug.id
        for bug in planted_bugs(blog)
        if bug.stage != 1 and not blog.stage(bug.stage or 0).own_tests
    }

    assert set().union(*grouped) == expected
    assert sum(map(len, grouped)) == len(expected), "a bug in two groups"


def test_bugs_that_want_one_place_are_parted(blog: Problem) -> None:
    first, *_ = planted_bugs(blog)

    together, rest = merged(blog, [first, first])

    assert (together, rest) == ([first], [first])


def test_each_bug_is_tried_on_one_check(blog: Problem) -> None:
    claims = bug_claims(blog)

    assert [claim.variation for claim in claims] == planted_bugs(blog)
    assert all(len(claim.checks) == 1 for claim in claims)


def test_short_proof_has_a_bug_of_each_stage(blog: Problem) -> None:
    kinds = [(claim.kind, claim.stages) for claim in quick_claims(blog)]

    stages = tuple(stage.number for stage in blog.stages)
    assert kinds[:2] == [("reference", stages[:-1]), ("starter", stages)]
    assert kinds[2:] == [("bug", (stage,)) for stage in stages[:-1]]
