"""The recorded matrix: every bug is in it, and all of it holds.

A variant is graded whole, which takes minutes: one without a row is not proven yet,
and the site does not list it.
"""

import json

import pytest

from grader.catalogue import SLUGS, Problem, load
from grader.judge.edits import correct_variants, merged, planted_bugs
from grader.proof.claims import all_claims, bug_claims, quick_claims
from grader.proof.record import record_of, refusals


@pytest.mark.parametrize("slug", SLUGS)
def test_record_is_of_this_suite(slug: str) -> None:
    problem = load(slug)
    rows = json.loads(record_of(problem).read_text("utf-8"))
    bugs = {bug.id: bug.stage for bug in planted_bugs(problem)}
    variants = {variant.id for variant in correct_variants(problem)}

    recorded = {row["id"]: row["stage"] for row in rows if row["kind"] == "bug"}
    assert recorded == bugs
    assert {row["id"] for row in rows if row["kind"] == "variant"} <= variants
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
