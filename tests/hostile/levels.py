"""Runs attacks at a level of confinement, in copies of the repository."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.judge.app.confinement import WEAKER
from grader.paths import ROOT
from tests.hostile.outcome import Outcome

# What an attack may take before it is said that the judge is gone.
SECONDS = 150.0


def outcomes(level: str, names: Sequence[str], folder: Path) -> Iterator[Outcome]:
    """What came of each attack; after one that does harm, with a fresh copy."""
    left = list(names)
    while left:
        copy = folder / "workbook"
        shutil.rmtree(copy, ignore_errors=True)
        copied(copy)
        for outcome in until_harm(level, left, copy, folder):
            left.remove(outcome.attack)
            yield outcome


def copied(copy: Path) -> None:
    """What the grader consists of, where an attack may do as it likes."""
    leave = shutil.ignore_patterns("__pycache__", "proof.json")
    for name in ("grader", "problems", "solutions", "starter", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", copy)


def until_harm(
    level: str, names: Sequence[str], copy: Path, folder: Path
) -> Iterator[Outcome]:
    command = [sys.executable, "-m", "tests.hostile.gauntlet", str(folder), *names]
    environment = {**os.environ, WEAKER: level, "PYTHONDONTWRITEBYTECODE": "1"}
    judge = subprocess.Popen(
        command,
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
    begun = names[0]
    try:
        for line in lines(judge):
            found = json.loads(line)
            if "begun" in found:
                begun = found["begun"]
                continue
            outcome = Outcome(**found)
            begun = ""
            yield outcome
            if not outcome.harmless:
                return
        if begun:
            yield Outcome(begun, lost=True)
    finally:
        # Its services and its apps' processes end when they see that it is gone.
        if judge.poll() is None:
            os.killpg(judge.pid, signal.SIGKILL)
        judge.wait()


def lines(judge: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The lines that come, until it ends or nothing comes for too long."""
    assert judge.stdout
    seen = b""
    while select.select([judge.stdout], [], [], SECONDS)[0]:
        part = os.read(judge.stdout.fileno(), 65536)
        if not part:
            return
        seen += part
        *whole, seen = seen.split(b"\n")
        yield from whole
