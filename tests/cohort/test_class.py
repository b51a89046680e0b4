"""A class, graded by a stub: what is kept, what is graded again, what is written."""

import csv
import errno
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.catalogue import Problem, load
from grader.cohort import run as running
from grader.cohort.job import Job, Outcome
from grader.cohort.judged_by import judged_by
from grader.cohort.rows import Row
from grader.cohort.run import Cluster, Plan, grade_class
from grader.cohort.shut_in import must_not_be_open
from grader.cohort.store import Store
from grader.cohort.worker import grade_one, told
from grader.errors import SetupError
from grader.paths import SOLUTIONS
from grader.results import CheckResult, ProblemResult, Result, StageResult, write_whole
from tests.cohort.conftest import MAIN, write
from tests.cohort.test_similar import code

Classes = Callable[..., list[Row]]


def verdict(job: Job) -> str:
    """A result whose points stand in what was handed in."""
    main = job.files[MAIN].decode()
    score = float(main.partition("=")[2].partition("#")[0] or 0)
    check = CheckResult("health", "Health", "passed", 4, score, 0.1)
    stages = [StageResult(1, "Models", [check])]
    result = Result(job.id, "en", {}, [ProblemResult("blog", stages)], "2026-09-01")
    return json.dumps(result.to_json())


class InTurn:
    """Stands for the cluster, in this process."""

    def outcomes(
        self,
        jobs: Sequence[Job],
        grade: Callable[[Job], str],
        show: Callable[[list[str]], None],
    ) -> Iterator[Outcome]:
        for job in jobs:
            show([job.id])
            # Not by `told`: Ctrl-C is to stop us here.
            yield Outcome(job, grade(job))


class Here:
    """What a worker does with a job; notes what it was asked."""

    def __init__(self) -> None:
        self.graded: list[str] = []
        self.stop_after = 1000
        self.grade: Callable[[Job], str] = verdict

    def __call__(self, job: Job) -> str:
        if len(self.graded) == self.stop_after:
            raise KeyboardInterrupt
        self.graded.append(job.id)
        return self.grade(job)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """No Dask: that is `test_side_by_side.py`'s matter."""

    @contextmanager
    def opened(plan: Plan, scratch: str) -> Iterator[Cluster]:
        yield InTurn()

    monkeypatch.setattr(running, "opened", opened)
    return Here()


@pytest.fixture
def plan(folder: Path, tmp_path: Path, blog: Problem) -> Plan:
    for name, points in (("ada", "3.5"), ("王小明", "4"), ("bob", "0")):
        write(folder / name, MAIN, text=f"points = {points}")
    return Plan(folder, [blog], tmp_path / "out", stages=[1], trusted=True)


def graded(plan: Plan, here: Here) -> list[str]:
    here.graded.clear()
    grade_class(plan, "en", Console(quiet=True), here)
    return sorted(here.graded)


def table(plan: Plan, name: str = "grades") -> list[dict[str, str]]:
    text = (plan.out / f"{name}.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_points_of_all_in_one_table(plan: Plan, here: Here) -> None:
    graded(plan, here)

    points = {row["name"]: (row["blog 1"], row["total"]) for row in table(plan)}
    assert points == {"ada": ("3.5", "3.5"), "bob": ("0", "0"), "王小明": ("4", "4")}
    files = {path.name for path in (plan.out / "students/王小明").iterdir()}
    assert files == {"result.json", "report.html", "results.json"}


def test_started_again_only_what_changed_is_graded(plan: Plan, here: Here) -> None:
    assert graded(plan, here) == ["ada", "bob", "王小明"]
    assert graded(plan, here) == []

    write(plan.folder / "bob", MAIN, text="points = 2")
    write(plan.folder / "new", MAIN, text="points = 1")
    assert graded(plan, here) == ["bob", "new"]
    assert {r["name"]: r["attempts"] for r in table(plan)}["bob"] == "2"
    assert graded(replace(plan, again=["ada"]), here) == ["ada"]


def test_mended_suite_makes_results_stale(
    plan: Plan, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded(plan, here)
    monkeypatch.setattr(running, "judged_by", lambda *_: "another suite")

    assert graded(plan, here) == []
    assert graded(replace(plan, stale=True), here) == ["ada", "bob", "王小明"]
    assert graded(replace(plan, stale=True), here) == []


def test_stopped_by_ctrl_c_nothing_is_lost_or_done_twice(
    plan: Plan, here: Here
) -> None:
    here.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        graded(plan, here)
    first = list(here.graded)
    states = [row["state"] for row in table(plan)]

    here.stop_after = 1000
    second = graded(plan, here)

    assert sorted(states) == ["graded", "graded", "waiting"]
    assert sorted([*first, *second]) == ["ada", "bob", "王小明"]
    assert {row["state"] for row in table(plan)} == {"graded"}


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"schema": "x"}', "null"])
def test_what_is_no_result_is_an_error_and_tried_again(
    text: str, plan: Plan, here: Here
) -> None:
    here.grade = lambda job: text if job.id == "bob" else verdict(job)
    graded(plan, here)

    rows = {row["name"]: row for row in table(plan)}
    assert (rows["bob"]["state"], rows["bob"]["total"]) == ("error", "")
    assert rows["ada"]["state"] == "graded"
    here.grade = verdict
    assert graded(plan, here) == ["bob"]


def test_record_that_was_cut_off_is_made_again(plan: Plan, here: Here) -> None:
    graded(plan, here)
    record = plan.out / "records/bob.json"
    record.write_text(record.read_text("utf-8")[:100], "utf-8")

    assert graded(plan, here) == ["bob"]


def test_roster_names_who_is_missing(plan: Plan, here: Here, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name,id\nAda,a7\n王小明,w1\nEve,e1\n", "utf-8")

    graded(replace(plan, roster=roster), here)

    rows = {row["name"]: row for row in table(plan)}
    assert rows["Ada"]["id"] == "a7"
    assert rows["Eve"]["state"] == "missing"
    assert "not on the roster" in rows["bob"]["notes"]


def test_platforms_get_no_zero_for_what_was_not_judged(plan: Plan, here: Here) -> None:
    here.grade = lambda job: "" if job.id == "bob" else verdict(job)
    names = ["canvas", "moodle", "gradescope"]
    graded(replace(plan, formats=names), here)

    [most, *rest] = table(plan, "canvas")
    assert most["Student"].strip() == "Points Possible"
    assert {row["Student"]: row["blog"] for row in rest} == {
        "ada": "3.5",
        "王小明": "4",
    }
    assert {r["Full name"] for r in table(plan, "moodle")} == {"ada", "王小明"}
    assert {r["Total Score"] for r in table(plan, "gradescope")} == {"3.5", "4"}


def test_name_that_is_a_formula_is_none_to_a_spreadsheet(
    plan: Plan, here: Here
) -> None:
    write(plan.folder / "=cmd()", MAIN, text="points = 1")
    graded(plan, here)

    assert "'=cmd()" in {row["name"] for row in table(plan)}


def test_not_confined_is_refused_unless_it_is_trusted(
    plan: Plan, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "not_confined")

    with pytest.raises(SetupError, match="--trust"):
        graded(replace(plan, trusted=False), here)
    assert here.graded == []
    assert len(graded(plan, here)) == 3


@pytest.mark.parametrize("folder", ["/opt", "/usr", "/nix"])
def test_class_that_submissions_can_read_is_refused(folder: str) -> None:
    """What the system has is open to every app, and so are other submissions in it."""
    place = Path(folder) / "teaching" / "class"

    with pytest.raises(SetupError, match=f"{place} .* what is in {folder} "):
        must_not_be_open([Path("/home/teacher/class"), place])
    must_not_be_open([Path("/home/teacher/class")])


def test_worker_refuses_what_it_must_not_judge(
    plan: Plan, blog: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One on another machine may have another workbook, and other walls."""
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "not_confined")
    ours = judged_by([blog], [1])
    for key, suite in (("other_workbook", "another"), ("cohort_confined", ours)):
        said = told(grade_one, Job("ada", ["blog"], [1], "en", {}, suite))
        assert said.why
        assert said.why.key == f"setup.{key}"


def test_unknown_submission_is_one_sentence(plan: Plan, here: Here) -> None:
    with pytest.raises(SetupError, match="no submission nobody"):
        graded(replace(plan, again=["nobody"]), here)


def test_results_in_the_folder_of_submissions_are_none_of_them(
    plan: Plan, here: Here
) -> None:
    inside = replace(plan, out=plan.folder / "results")
    graded(inside, here)

    assert graded(inside, here) == []
    assert {row["name"] for row in table(inside)} == {"ada", "bob", "王小明"}


def test_every_check_can_be_asked_for(plan: Plan, here: Here) -> None:
    graded(plan, here)

    with closing(sqlite3.connect(plan.out / "cohort.sqlite")) as database:
        best = database.execute(
            "SELECT student FROM checks WHERE score = points ORDER BY student"
        ).fetchall()
        students = database.execute("SELECT count(*) FROM students").fetchone()
    assert best == [("王小明",)]
    assert students == (3,)


def test_results_that_cannot_be_written_are_one_sentence(
    plan: Plan, here: Here, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SetupError, match="cannot be written"):
        graded(replace(plan, out=tmp_path / "file"), here)
    assert here.graded == []


def test_disk_that_is_full_on_the_way_loses_nothing(
    plan: Plan, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        if len(here.graded) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(path, text)

    monkeypatch.setattr("grader.cohort.store.write_whole", full)
    with pytest.raises(SetupError, match="No space left"):
        graded(plan, here)
    done = here.graded[0]
    monkeypatch.undo()

    assert Store(plan.out).get(done)


def test_pairs_that_look_alike_are_shown_line_by_line(plan: Plan, here: Here) -> None:
    for name, text in (("ada", code(1)), ("bob", code(1)), ("王小明", code(2))):
        write(plan.folder / name, "blog/own.py", text=f"# <b>\n{text}")
    graded(replace(plan, similar=True), here)

    [pair] = table(plan, "similar")
    assert (pair["one"], pair["other"], pair["share"]) == ("ada", "bob", "1.0")
    for file in ("similar.html", "similar.zh.html"):
        page = (plan.out / file).read_text("utf-8")
        assert page.count("def f3(a, b):") == 2
        assert "王小明" not in page


def test_reference_and_starter_look_like_nobody(
    plan: Plan, here: Here, blog: Problem
) -> None:
    """Whoever hands in what was given is in no pair for it."""
    for name in ("ada", "bob"):
        for path in (SOLUTIONS / "blog").glob("*.py"):
            if path.name != "main.py":
                shutil.copy(path, plan.folder / name / "blog")
    graded(replace(plan, similar=True), here)

    assert table(plan, "similar") == []


def test_problem_that_somebody_left_out_counts_in_the_maximum(
    plan: Plan, here: Here
) -> None:
    write(plan.folder / "ada", "shop/main.py")

    def both(job: Job) -> str:
        data = json.loads(verdict(job))
        slugs = job.problems
        data["problems"] = [{**data["problems"][0], "slug": slug} for slug in slugs]
        return json.dumps(data)

    here.grade = both
    graded(replace(plan, problems=[*plan.problems, load("shop")]), here)

    assert {row["name"]: row["max"] for row in table(plan)} == {
        "ada": "8",
        "bob": "8",
        "王小明": "8",
    }
    assert "no package “shop”" in table(plan)[1]["notes"]
