"""The proof: every edit applies, each cell is shown once, what holds is kept."""

import pytest

from grader import proof
from grader.catalogue import SLUGS, Problem, load
from grader.errors import SetupError
from grader.judge.own_tests.edits import correct_variants, merged, planted_bugs
from grader.proof import worker
from grader.proof.apps import App, app_files, apps
from grader.proof.claims import (
    Claim,
    Found,
    Verdict,
    bug_claims,
    claims_for,
    holds,
    quick_claims,
    refusals,
)
from grader.proof.holes import holes
from grader.proof.origins import Cell, cells
from grader.proof.record import Row, read_record
from grader.run import Engine

EVERY_PROBLEM = pytest.mark.parametrize("slug", SLUGS)


@EVERY_PROBLEM
def test_every_edit_applies_and_compiles(slug: str) -> None:
    problem = load(slug)
    compiled: set[tuple[str, str]] = set()
    for app in [*apps(problem), *holes(problem)]:
        # Most files of an app are the reference's.
        for name, text in app_files(problem, app).items() - compiled:
            if name.endswith(".py"):
                compile(text, f"{app.id}/{name}", "exec")
            compiled.add((name, text))


@EVERY_PROBLEM
def test_holes_are_no_planted_bugs(slug: str) -> None:
    """A hole that is closed moves: it is not left where it counts as open."""
    known = {bug.id for bug in planted_bugs(load(slug))}

    assert not known & {app.id for app in holes(load(slug))}


@EVERY_PROBLEM
def test_record_names_apps_and_stages_that_are_there(slug: str) -> None:
    """That a row is stale is told by `prove --check`, and shown on the site."""
    problem = load(slug)
    stages = {app.id: set(app.stages(problem)) for app in apps(problem)}

    for name, row in read_record(problem).items():
        assert row.stages.keys() <= stages[name], name
        assert row.refused_by.keys() <= row.stages.keys(), name


@EVERY_PROBLEM
def test_recorded_checks_exist(slug: str) -> None:
    problem = load(slug)
    checks = {check.id for stage in problem.stages for check in stage.checks}

    for bug, refusing in refusals(problem).items():
        assert set(refusing) <= checks, bug


def test_each_cell_is_shown_by_one_claim(blog: Problem) -> None:
    shown = [
        (app, stage)
        for claim in claims_for(blog, cells(blog))
        for app in ([App("bug", b) for b in claim.bugs] or [claim.app])
        for stage in claim.stages
    ]

    assert len(shown) == len(set(shown))
    assert set(shown) == set(cells(blog))


def test_bug_is_asked_of_the_checks_that_are_known_to_refuse_it(blog: Problem) -> None:
    one, two = [App("bug", bug) for bug in planted_bugs(blog) if bug.stage == 3][:2]
    wanted = [Cell(one, 3), Cell(two, 3), Cell(two, 2)]

    claims = claims_for(blog, wanted, {one.id: ["crud"]})

    asked = {(claim.app.id, claim.stages): claim.checks for claim in claims}
    assert asked.pop((one.id, (3,))) == frozenset({"crud"})
    assert asked.pop((two.id, (3,))) is None
    # The stage before is asked whole, of both in one app.
    assert list(asked.values()) == [None]


def test_bugs_that_want_one_place_are_parted(blog: Problem) -> None:
    first, *_ = planted_bugs(blog)

    together, rest = merged(blog, [first, first])

    assert (together, rest) == ([first], [first])


def test_each_recorded_bug_is_tried_on_one_check(blog: Problem) -> None:
    claims = bug_claims(blog)

    known = [bug.id for bug in planted_bugs(blog) if refusals(blog).get(bug.id)]
    assert [claim.app.id for claim in claims] == known
    assert all(len(claim.checks or ()) == 1 for claim in claims)


def test_short_proof_has_the_reference_whole_and_a_bug_of_each_stage(
    blog: Problem,
) -> None:
    kinds = [(claim.app.kind, claim.stages) for claim in quick_claims(blog)]

    stages = tuple(stage.number for stage in blog.stages)
    assert kinds[:2] == [("reference", stages), ("starter", stages)]
    assert kinds[2:] == [("bug", (stage,)) for stage in stages[:-1]]


REFUSED = Found(passed=3, refused=["crud"], errors=[], score=3)
PASSED = Found(passed=4, refused=[], errors=[], score=4)
BROKEN = Found(passed=3, refused=["crud"], errors=["crud: boom"], score=3)


def test_what_holds_of_an_app(blog: Problem) -> None:
    bug = next(b for b in planted_bugs(blog) if b.stage == 3)
    planted, variant = App("bug", bug), App("variant", correct_variants(blog)[0])

    assert holds(planted, 3, REFUSED)
    assert not holds(planted, 3, PASSED)
    assert not holds(planted, 3, BROKEN)
    assert not holds(planted, 2, REFUSED)
    assert holds(planted, 2, PASSED)
    assert holds(variant, 2, PASSED)
    assert not holds(variant, 2, REFUSED)
    assert not Verdict(Claim(variant, (1, 2)), 0, {1: PASSED, 2: REFUSED}).holds


def test_row_forgets_what_holds_no_more() -> None:
    row = Row("bug", "one", 3)
    row.keep(3, "abc", ["crud"])
    row.keep(2, "def", [])

    row.drop(3)

    assert (row.stages, row.refused_by) == ({2: "def"}, {})
    assert row.proven_on


def test_worker_leaves_no_database_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof judges hundreds of apps in one process, and its data lies in memory."""
    claim = quick_claims(load("blog"))[2]
    with Engine() as engine:
        monkeypatch.setattr(worker, "_engine", engine)

        verdict = worker.judge("blog", claim)

        query = "SELECT count(*) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
        owned = engine.cluster.admin.execute(
            f"{query} WHERE r.rolname = %s", [engine.cluster.role]
        ).fetchone()
    assert verdict.holds
    assert owned == (0,)


@pytest.mark.parametrize("part", ["all", "bugs", "quick", "holes"])
def test_what_is_asked_of_nothing_proves_nothing(part: str) -> None:
    """Else every claim would hold."""
    with pytest.raises(SetupError, match="no-such-bug"):
        proof.prove([load("blog")], "en", ["no-such-bug"], part=part)
