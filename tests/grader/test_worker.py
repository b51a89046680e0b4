"""The processes that judge for a proof."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.child import sums
from grader.errors import SetupError
from grader.judge.own_tests.edits import reference
from grader.paths import ROOT
from grader.proof import workers
from grader.proof.apps import App
from grader.proof.claims import Claim
from grader.proof.worker import judge
from tests.grader.conftest import leftovers


def test_an_engine_that_cannot_start_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://not a database")

    with pytest.raises(SetupError) as failed, workers() as pool:
        pool.submit(judge, "blog", Claim(App("reference", reference()), (1,))).result()

    assert failed.value.text.key == "setup.no_database_url"


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells whose child it is"
)
def test_a_proof_that_is_stopped_leaves_nothing() -> None:
    """Though only the first process hears of it, and the others are at work."""
    proof = subprocess.Popen(
        [sys.executable, "-m", "grader", "prove", "blog", "--part", "quick"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "WORKBOOK_JOBS": "1"},
    )
    deadline = time.monotonic() + 120
    at_work: set[str] = set()
    while not at_work and time.monotonic() < deadline:
        time.sleep(0.02)
        at_work = left_of(sums.children(proof.pid))
    workers = sums.children(proof.pid)

    proof.send_signal(signal.SIGTERM)
    _, said = proof.communicate(timeout=60)

    assert at_work
    assert proof.returncode == 2
    assert said.strip().endswith("nothing is left running.")
    # The helper of multiprocessing ends by itself, once the proof has.
    while (still := left_of(workers) or running(workers)) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    assert not still


def running(pids: list[int]) -> list[int]:
    """Those that have not ended; one that nobody has waited for has."""
    return [pid for pid in pids if state_of(pid) not in ("", "Z")]


def state_of(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[0]


def left_of(owners: list[int]) -> set[str]:
    return {folder for owner in owners for folder in leftovers(owner)}
