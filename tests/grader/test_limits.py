"""Processes that together use too much are ended, and the verdict says of what."""

import asyncio
import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.catalogue import Problem
from grader.child import sums
from grader.judge.app.launch import ForkedProcess
from grader.judge.app.limits import limits, too_much
from grader.judge.app.world import World
from grader.judge.checks.failures import AppDown
from grader.run import Engine
from tests.grader.conftest import Target
from tests.grader.test_hostile_apps import APP, failure_of, graded

if sys.platform != "linux":
    pytest.skip("only Linux has /proc", allow_module_level=True)

# Small, so that what goes beyond them harms nobody.
SMALL = {"processes": 20, "memory": 200 << 20, "scratch": 20 << 20}
BEYOND = {
    "processes": "[os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '99') for _ in range(30)]",
    "processes, each a session": """
        for _ in range(6):
            if os.fork() == 0:
                os.setsid()
    """,
    "memory": """
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                taken = b"x" * (80 << 20)
                time.sleep(99)
    """,
    "scratch": """
        for name in "abc":
            open(name, "wb").write(b"x" * (10 << 20))
    """,
    "scratch, by files without a name": """
        files = [open("unnamed", "wb+"), os.fdopen(os.memfd_create("x"), "wb+")]
        os.unlink("unnamed")
        for file in files:
            file.write(b"x" * (12 << 20))
    """,
}


@pytest.fixture(autouse=True)
def small(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.launcher, "limits", SMALL)


@pytest.mark.parametrize("what", BEYOND)
def test_too_much_in_all_ends_everything(
    engine: Engine, blog: Problem, target: Target, what: str
) -> None:
    """The check says which limit it was, and the next one has a server again."""
    attack = f"{BEYOND[what].strip()}\n        time.sleep(99)"

    checks = graded(engine, blog, target(APP % attack))

    failure = failure_of(checks["unknown_post_is_404"])
    limit = what.partition(",")[0]
    assert failure["key"] == f"failure.over.{limit}"
    assert amount(failure["got"]) > amount(failure["expected"])
    assert checks["unknown_post_is_404"].status == "failed"
    assert failure_of(checks["limits_of_text"])["key"] == "failure.blocked"
    preloader = engine.launcher._preloader.pid  # type: ignore[attr-defined]
    assert sums.children(preloader) == []


def test_a_little_too_much_reads_as_more_than_is_allowed() -> None:
    said = too_much(sums.Over("scratch", 20 << 20, (20 << 20) + 1)).evidence

    assert (said.expected, said.got) == ("≤ 20 MiB", "21 MiB")


def amount(shown: str) -> int:
    return int(shown.removeprefix("≤ ").removesuffix(" MiB"))


def test_too_much_before_the_app_serves(
    engine: Engine, blog: Problem, target: Target
) -> None:
    main = f"import os, time\n{BEYOND['processes']}\ntime.sleep(99)\n"

    checks = graded(engine, blog, target(main))

    keys = {failure_of(check)["key"] for check in checks.values()}
    assert keys == {"failure.over.processes"}


def test_files_that_were_too_much_are_gone(
    engine: Engine, blog: Problem, target: Target
) -> None:
    fills = textwrap.indent(textwrap.dedent(BEYOND["scratch"]), "    ")
    main = f"""
import os, time
if os.path.exists("c"):
    raise RuntimeError("it is still there")
if True:
{fills}
    time.sleep(99)
"""
    world = World(blog, target(main), engine.cluster, engine.launcher)
    server = world.server(world.database())

    for _ in range(2):
        with pytest.raises(AppDown, match=r"over\.scratch"):
            server.start()
    asyncio.run(server.close())

    assert not any(world.folders.base.iterdir())
    asyncio.run(world.close())


def test_too_much_in_a_job(engine: Engine, blog: Problem, tmp_path: Path) -> None:
    """It is no verdict on what the job would have said."""
    folder = tmp_path / "blog" / "migrations"
    folder.mkdir(parents=True)
    (folder / "env.py").write_text(
        f"import os, time\n{BEYOND['processes']}\ntime.sleep(99)"
    )
    world = World(blog, tmp_path, engine.cluster, engine.launcher)
    database = world.database()

    with pytest.raises(AppDown, match=r"over\.processes"):
        world.migrate(database, ["upgrade", "head"])

    world.databases.drop(database)
    world.folders.close()


@pytest.fixture
def forks() -> Iterator[None]:
    """Processes that share nearly all of their memory with this one."""
    reading, writing = os.pipe()
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
        pids.append(pid)
    yield
    os.close(writing)
    os.close(reading)
    for pid in pids:
        os.waitpid(pid, 0)


@pytest.mark.usefixtures("forks")
def test_shared_memory_is_counted_once(tmp_path: Path) -> None:
    seems = sum(process.resident for process in sums.descendants().values())
    watch = sums.Watch()

    watch.add({"limits": {"memory": seems * 2 // 3}, "scratch": str(tmp_path)})
    assert watch.look() is None

    watch = sums.Watch()
    watch.add({"limits": {"memory": 1 << 20}, "scratch": str(tmp_path)})
    over = watch.look()
    assert over
    assert over.limit == "memory"


def test_limits_leave_room_for_the_machines_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKBOOK_JOBS", "1")
    one = limits()
    monkeypatch.setenv("WORKBOOK_JOBS", "16")

    assert limits()["memory"] > one["memory"]
    assert limits()["processes"] > one["processes"]


def test_a_job_that_ended_at_once_has_its_own_code() -> None:
    """Its `pid` and its `exit` are read in one piece."""
    pipes = [os.pipe() for _ in range(4)]
    os.write(pipes[0][1], b"pid 7\nexit 3\n")
    for _, writing in pipes:
        os.close(writing)

    job = ForkedProcess(*(reading for reading, _ in pipes))

    assert (job.wait(1), job.over) == (3, None)
