"""The command is killed and started again: each submission has one result."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.paths import ROOT
from tests.cohort.conftest import MAIN, write
from tests.grader.conftest import hear_interrupts

CLASS = 24
PATIENCE_SECONDS = 120
# Grades by `stub`, with a real cluster under it.
COMMAND = """
import sys
from pathlib import Path
from rich.console import Console
from grader.catalogue import load
from grader.cohort.run import Plan, grade_class
from tests.cohort.test_killed import stub

folder, out = map(Path, sys.argv[1:])
plan = Plan(folder, [load("blog")], out, stages=[1], trusted=True)
grade_class(plan, "en", Console(quiet=True), stub)
"""


def stub(job: object) -> str:
    """A verdict; every eighth kills its worker the first time."""
    from grader.cohort.job import Job
    from tests.cohort.test_class import verdict

    assert isinstance(job, Job)
    log = Path(job.files[MAIN].decode().partition("#")[2].strip())
    once = log / f"{job.id}.once"
    if int(job.id) % 8 == 0 and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    graded = log / "graded"
    graded.touch()
    # When half of the class is graded, the others wait until the first command is over.
    half = len(graded.read_text().split()) >= CLASS // 2
    while half and not (log / "over").exists():
        time.sleep(0.05)
    with graded.open("a") as file:
        file.write(f"{job.id}\n")
    return verdict(job)


def start(folder: Path, out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COMMAND, str(folder), str(out)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_and_resumed_each_has_exactly_one_result(
    how: signal.Signals, folder: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.mkdir()
    for number in range(CLASS):
        # No two are alike: those that are would be graded once, for all of them.
        code = f"points = {number / 8}\n# {log}"
        write(folder / str(number), MAIN, text=code)
    records = tmp_path / "out/records"

    first = start(folder, tmp_path / "out")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(list(records.glob("*.json"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    if how == signal.SIGINT:
        # A terminal sends it to the workers, too.
        os.killpg(first.pid, how)
    else:
        first.kill()
    first.wait(PATIENCE_SECONDS)
    (log / "over").touch()
    kept = {path.stem: path.read_bytes() for path in records.glob("*.json")}
    second = start(folder, tmp_path / "out")

    assert second.wait(PATIENCE_SECONDS) == 0
    assert 5 <= len(kept) < CLASS
    after = {path.stem: path.read_bytes() for path in records.glob("*.json")}
    assert sorted(after, key=int) == [str(number) for number in range(CLASS)]
    assert {name: after[name] for name in kept} == kept
    assert {json.loads(text)["attempts"] for text in after.values()} == {1}
