"""A learner's tests on planted bugs: what runs first, what counts, what is kept."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from grader.catalogue import Problem
from grader.judge.app.memory import Memory
from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.own_tests.edits import (
    Files,
    planted_bugs,
    quick_hashes,
    reference_files,
)
from grader.judge.own_tests.hunt import CAUGHT, PASSED, Hunt, try_tests
from grader.judge.own_tests.known import digest
from grader.judge.own_tests.order import Order, changed_lines
from grader.judge.own_tests.runs import Outcome, OwnTests, RunOptions
from grader.judge.own_tests.spelling import Spelling
from grader.run import Engine

SPELLING = Spelling("a seed")
SOURCE = """\
import x

def double(n):
    return (
        n
        + n
    )
"""


def test_the_whole_statement_counts_as_changed() -> None:
    assert changed_lines(SOURCE, SOURCE.replace("+ n", "+ 1")) == {4, 5, 6, 7}
    assert changed_lines(SOURCE, SOURCE.replace("import x", "import y")) == {1}


def test_quickest_of_the_tests_that_run_a_changed_line_comes_first() -> None:
    lines = {"p/a.py": {"4": ["slow", "quick"], "1": [""]}}
    order = Order({"p/a.py": SOURCE}, lines, {"slow": 2.0, "quick": 0.1})

    assert order.first({"p/a.py": SOURCE.replace("+ n", "- n")}) == ("quick", "slow")
    # What runs at import is seen by any test.
    assert order.first({"p/a.py": SOURCE.replace("import x", "import y")}) == ()


TESTS = """
from blog.slugs import slugify

def test_slug():
    assert slugify("A B") == "a-b"

def test_nothing():
    pass
"""


@pytest.fixture
async def world(engine: Engine, blog: Problem, tmp_path: Path) -> World:
    folder = tmp_path / "blog" / "tests"
    folder.mkdir(parents=True)
    (folder / "test_slugs.py").write_text(TESTS)
    return World(blog, tmp_path, engine.cluster, engine.launcher)


async def test_notes_tell_which_test_ran_which_lines(world: World) -> None:
    files = reference_files(world.problem)
    tests = OwnTests(world)

    traced = await tests.run(files, RunOptions(traced=True))
    order = Order.of("blog", files, traced.notes)
    bug = dict(files)
    bug["blog/slugs.py"] = files["blog/slugs.py"].replace("lower()", "upper()")
    first = order.first(bug)
    again = await tests.run(bug, RunOptions(first=first))
    only = await tests.run(files, RunOptions(first=first, only=True))
    await world.close()

    assert traced.passed, traced.evidence()
    assert len(traced.notes["ran"]) == 2
    assert [name.split("::")[1] for name in first] == ["test_slug"]
    assert again.caught
    assert again.notes["ran"] == list(first)
    assert only.passed
    assert only.notes["ran"] == list(first)


class Played:
    """Tests that fail by a rule; every run of them is noted."""

    def __init__(self, folder: Path, fails: Any) -> None:
        self.folder = folder
        self.fails = fails
        self.runs: list[tuple[Files, RunOptions]] = []

    async def run(self, app: Files, options: RunOptions) -> Outcome:
        await asyncio.sleep(0)
        self.runs.append((app, options))
        ran = list(options.first) or ["all"]
        return Outcome(Ran(int(self.fails(app, options)), "", "", Path()), {"ran": ran})


def hunting(blog: Problem, tests: Any, memory: Memory | None = None) -> Hunt:
    hunt = Hunt(blog, tests, memory or Memory(), SPELLING)
    spelled = SPELLING.app(reference_files(blog))
    hunt.order = Order(
        spelled,
        {
            name: {str(n + 1): ["t"] for n in range(text.count("\n"))}
            for name, text in spelled.items()
        },
        {},
    )
    return hunt


async def test_what_fails_for_its_order_alone_is_no_catch(
    blog: Problem, tmp_path: Path
) -> None:
    """It fails whenever it comes first, on the reference as well."""
    tests = Played(tmp_path, lambda app, options: bool(options.first))
    bug = planted_bugs(blog)[0]

    outcome = await hunting(blog, tests).catch(bug)

    assert not outcome.caught
    assert [options.first for _, options in tests.runs] == [("t",), ("t",), ()]


async def test_a_catch_is_asked_of_the_reference_once(
    blog: Problem, tmp_path: Path
) -> None:
    tests = Played(tmp_path, lambda app, options: not options.only)
    hunt = hunting(blog, tests)

    outcomes = [await hunt.catch(bug) for bug in planted_bugs(blog)[:2]]

    assert all(outcome.caught for outcome in outcomes)
    assert len([options for _, options in tests.runs if options.only]) == 1


async def test_only_catches_are_remembered(blog: Problem, tmp_path: Path) -> None:
    file, folder = tmp_path / "home" / "memory.json", tmp_path / "tests"
    caught, missed = planted_bugs(blog)[:2]
    wrong = SPELLING.app(quick_hashes(blog, missed.app(blog)))

    for expected_runs in (2, 1):
        tests = Played(folder, lambda app, options: app != wrong and not options.only)
        hunt = hunting(blog, tests, Memory(file))
        hunt.order = Order({}, {}, {})
        assert (await hunt.catch(caught)).caught
        assert not (await hunt.catch(missed)).caught
        assert len(tests.runs) == expected_runs


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", "null"])
def test_a_spoilt_memory_is_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "memory.json"
    file.write_text(content)

    memory = Memory(file)
    memory.add("x")

    assert "x" in Memory(file)
    assert "x" not in Memory(file, fresh=True)


def test_any_changed_file_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("1")
    before = digest("catch", {"a.py": "1"}, tmp_path)

    assert digest("pass", {"a.py": "1"}, tmp_path) != before
    assert digest("catch", {"a.py": "2"}, tmp_path) != before
    assert digest("catch", {"a.py": "1"}, tmp_path) == before
    (tmp_path / "test_a.py").write_text("2")
    assert digest("catch", {"a.py": "1"}, tmp_path) != before


async def test_a_known_trial_runs_nothing(world: World, tmp_path: Path) -> None:
    class Everything(Memory):
        def __contains__(self, digest: str) -> bool:
            return True

    world.memory = Everything()

    trial = await try_tests(world)
    await world.close()

    assert list(trial.twice) == [PASSED, PASSED]
    assert trial.bugs
    assert all(outcome is CAUGHT for _, outcome in trial.bugs)


KNOWS_FILES = """
import hashlib
from pathlib import Path

KNOWN = {KNOWN}

def test_files():
    package = Path(__file__).parents[1]
    for name, known in KNOWN.items():
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() == known, name
"""


async def test_no_files_are_those_that_a_learner_has_seen(world: World) -> None:
    """Tests that know the reference by its digests refuse it like all else."""
    files = quick_hashes(world.problem, reference_files(world.problem))
    known = {
        name.removeprefix("blog/"): sha256(text.encode()).hexdigest()
        for name, text in files.items()
        if name.endswith(".py") and name.startswith("blog/") and "/tests/" not in name
    }
    tests = world.target / "blog" / "tests"
    (tests / "test_slugs.py").write_text(KNOWS_FILES.replace("{KNOWN}", repr(known)))

    as_published = await OwnTests(world).run(files, RunOptions())
    trial = await try_tests(world)
    await world.close()

    assert as_published.passed, as_published.evidence()
    assert not trial.is_sound()
