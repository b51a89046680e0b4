"""Dask under a class: workers die, hang and swell, and each job has one outcome."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import dask
import pytest

from grader.cohort import cluster
from grader.cohort.job import Job, Outcome
from grader.cohort.side_by_side import KILLS, SideBySide
from grader.errors import SetupError

PATIENCE_SECONDS = 60


def job(name: str, **files: str) -> Job:
    """A job whose name is in what is handed in, so that no two are equal."""
    handed_in = {"name": name.encode(), **{k: v.encode() for k, v in files.items()}}
    return Job(name, ["blog"], [1], "en", handed_in, "suite")


def stub(one: Job) -> str:
    """Stands for a grading: does to its worker what the job's files say."""
    what = {name: content.decode() for name, content in one.files.items()}
    if "count" in what:
        with Path(what["count"]).open("a") as file:
            file.write(f"{one.id} {os.getpid()}\n")
    if "orphan" in what:
        leave_an_engine(Path(what["orphan"]))
    if "dies_without" in what and not Path(what["dies_without"]).exists():
        Path(what["dies_without"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "dies" in what:
        os.kill(os.getpid(), signal.SIGKILL)
    if "stops_without" in what and not Path(what["stops_without"]).exists():
        Path(what["stops_without"]).touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    if "exits" in what:
        sys.exit(3)
    if "raises" in what:
        raise Unpicklable(open(os.devnull))  # noqa: SIM115
    if "swells" in what:
        held = bytearray(900 << 20)
        held[:: 1 << 12] = b"x" * len(held[:: 1 << 12])
        time.sleep(PATIENCE_SECONDS)
    return f"{one.id} {sorted(os.sched_getaffinity(0))} {os.getpid()}"


class Unpicklable(Exception):
    pass


def leave_an_engine(note: Path) -> None:
    """Open real services, note the process of one, and be killed."""
    from grader.cohort.worker import engine

    opened = engine()
    row = opened.cluster.admin.execute("SELECT pg_backend_pid()").fetchone()
    assert row
    with note.open("a") as file:
        file.write(f"{row[0]} {opened.launcher._preloader.pid}\n")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SideBySide]:
    with cluster.local(str(tmp_path_factory.mktemp("dask")), memory="800 MB") as here:
        yield here


def outcomes(here: SideBySide, jobs: Sequence[Job]) -> dict[str, Outcome]:
    """By name; each job must have exactly one."""
    found = list(here.outcomes(jobs, stub, lambda _: None))
    assert sorted(o.job.id for o in found) == sorted(one.id for one in jobs)
    return {outcome.job.id: outcome for outcome in found}


def test_what_kills_its_worker_three_times_is_an_error_and_harms_no_other(
    here: SideBySide, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    others = [job(f"o{n}", count=str(count)) for n in range(12)]
    killer = job("killer", dies="", count=str(count))

    found = outcomes(here, [*others[:3], killer, *others[3:]])

    why = found["killer"].why
    assert why
    assert why.key == "cohort.killed"
    assert [found[o.id].why for o in others] == [None] * len(others)
    tries = [line.split()[0] for line in count.read_text().splitlines()]
    assert tries.count("killer") == KILLS


def test_worker_that_dies_is_replaced_and_its_submission_graded_again(
    here: SideBySide, tmp_path: Path
) -> None:
    found = outcomes(here, [job("unlucky", dies_without=str(tmp_path / "once"))])

    assert found["unlucky"].result
    assert (tmp_path / "once").exists()


def test_what_a_task_raises_is_told_and_its_worker_lives(here: SideBySide) -> None:
    """Dask ends a worker on SystemExit, and cannot bring some exceptions back."""
    before = set(here.client.scheduler_info(n_workers=-1)["workers"])

    found = outcomes(here, [job("exits", exits=""), job("raises", raises="")])

    keys = {name: outcome.why and outcome.why.key for name, outcome in found.items()}
    assert keys == {"exits": "cohort.raised", "raises": "cohort.raised"}
    assert set(here.client.scheduler_info(n_workers=-1)["workers"]) == before


def test_equal_submissions_are_graded_once_and_each_gets_its_row(
    here: SideBySide, tmp_path: Path
) -> None:
    files = {"count": str(tmp_path / "count").encode()}
    twins = [Job(name, ["blog"], [1], "en", files, "suite") for name in ("a", "b")]

    found = outcomes(here, twins)

    assert found["a"].result == found["b"].result
    assert len((tmp_path / "count").read_text().splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_two_gradings_never_share_a_core(here: SideBySide) -> None:
    found = outcomes(here, [job(f"core{n}") for n in range(20)])

    seen = {tuple(o.result.split(" ", 1)[1].rsplit(" ", 1)) for o in found.values()}
    places = {place for place, _ in seen}
    assert all(place.count(",") == 0 for place in places)
    assert len(places) == len({pid for _, pid in seen})


def test_worker_that_swells_is_ended(here: SideBySide) -> None:
    found = outcomes(here, [job("swells", swells="")])

    why = found["swells"].why
    assert why
    assert why.key == "cohort.killed"


def test_services_of_a_killed_worker_end_with_it(
    here: SideBySide, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    once = str(tmp_path / "once")

    outcomes(here, [job("orphan", orphan=str(note), dies_without=once)])

    first = [int(pid) for pid in note.read_text().splitlines()[0].split()]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(alive(pid) for pid in first) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in first)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_worker_that_hangs_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cluster.SETTINGS, "distributed.scheduler.worker-ttl", "3 s")
    once = str(tmp_path / "once")
    with cluster.local(str(tmp_path), workers=1) as here:
        found = outcomes(here, [job("hangs", stops_without=once), job("other")])

    assert found["hangs"].result
    assert found["other"].result


def test_nobody_speaks_to_the_scheduler_without_its_keys(here: SideBySide) -> None:
    from distributed import Client

    address = here.client.scheduler_info()["address"]
    assert address.startswith("tls://")
    with pytest.raises((OSError, TypeError)):
        Client(address.replace("tls", "tcp"), timeout=3)


def test_dask_knows_each_of_our_settings() -> None:
    """It takes a misspelt one without a word."""
    unknown = [key for key in cluster.SETTINGS if dask.config.get(key, ...) is ...]

    assert unknown == []


def test_scheduler_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with (
        pytest.raises(SetupError, match="No Dask scheduler answers"),
        cluster.remote("tcp://127.0.0.1:1"),
    ):
        pass


def test_cluster_without_workers_is_one_sentence() -> None:
    """Dask would wait for one for ever, and say nothing."""
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(SetupError, match="has no workers"),
        cluster.remote(empty.scheduler_address),
    ):
        pass
    assert empty.scheduler.allowed_failures == KILLS - 1
