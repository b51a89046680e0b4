"""The command line: one clear sentence, an exit code, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.paths import ROOT
from tests.grader.conftest import hear_interrupts, leftovers

LIMIT = 120
# What is not begun needs no services.
REFERENCE = ("grade", "blog", "--target", "solutions")


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**clean, **env},
        timeout=LIMIT,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "bolg"], "no problem “bolg”"),
        (["grade", "blog", "--stage", "9"], "no stage 9"),
        (["grade", "blog", "--target", "nowhere"], "no folder nowhere"),
        (["grade", "blog", "--target", "grader"], "holds no package “blog”"),
        (["report", "nothing.json"], "cannot be read"),
        (["report", "pyproject.toml"], "not a result"),
        (["prove", "bolg"], "no problem “bolg”"),
        (["cohort", "nowhere", "blog", "--out", "x", "--trust"], "no folder and no"),
    ],
)
def test_bad_usage_is_one_sentence(arguments: list[str], said: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_sentences_come_in_chinese_too() -> None:
    done = run("grade", "bolg", LANG="zh_CN.UTF-8")

    assert done.returncode == 2
    assert "没有题目“bolg”" in done.stderr


@pytest.mark.parametrize(
    "url", ["host=/nowhere dbname=x", "postgresql://judge@127.0.0.1:1/x", "nonsense"]
)
def test_unusable_database_is_one_sentence(url: str) -> None:
    done = run(*REFERENCE, DATABASE_URL=url)

    assert done.returncode == 2
    assert "PostgreSQL cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_server_that_cannot_start_is_one_sentence() -> None:
    """The embedded PostgreSQL asks for more memory than there is, and gives up."""
    broken = (
        "import grader.services.postgres as p; p.SETTINGS['shared_buffers'] = '1PB'\n"
        "import grader.__main__"
    )

    grading = subprocess.Popen(
        [sys.executable, "-c", broken, *REFERENCE, "--lang", "en"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    _, said = grading.communicate(timeout=LIMIT)

    assert grading.returncode == 2
    assert "PostgreSQL could not start" in said
    assert "Traceback" not in said
    assert not leftovers(grading.pid)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hunter2@localhost/shop",
        "postgresql+asyncpg://me:hunter2@127.0.0.1:1/shop?ssl=require",
        "sqlite:///hunter2.db",
    ],
)
def test_address_of_another_project_is_not_printed(url: str) -> None:
    done = run(*REFERENCE, DATABASE_URL=url)

    assert done.returncode == 2
    assert "unset it" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_is_one_sentence_and_leaves_nothing(how: signal.Signals) -> None:
    grading = subprocess.Popen(
        [sys.executable, "-m", "grader", *REFERENCE, "--lang", "en"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    deadline = time.monotonic() + 60
    while not leftovers(grading.pid) and time.monotonic() < deadline:
        time.sleep(0.02)

    # As a terminal does: to the whole group.
    os.killpg(grading.pid, how)
    _, said = grading.communicate(timeout=60)

    assert grading.returncode == 2
    assert said.strip().endswith("nothing is left running.")
    while leftovers(grading.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not leftovers(grading.pid)


def test_result_is_written_and_shown_again(tmp_path: Path) -> None:
    file = tmp_path / "result.json"

    done = run(
        "grade", "blog", "--stage", "1", "2", "--json", str(file), "--lang", "en"
    )

    assert done.returncode == 1
    assert "0 of 20 points, 0 checks run" in done.stdout
    assert json.loads(file.read_text("utf-8"))["max_score"] == 20
    again = run("report", str(file), "--lang", "zh")
    assert again.returncode == 0
    assert "20 分中得 0 分，共运行 0 项检查" in again.stdout


def test_min_score_gates() -> None:
    stage = ("grade", "blog", "--stage", "1", "--target", "solutions", "--min-score")

    assert run(*stage, "10").returncode == 0
    assert run(*stage, "10.5").returncode == 1


def test_reference_passes_without_fork_and_unix_sockets() -> None:
    done = run(
        *("grade", "blog", "--stage", "1", "--target", "solutions"), WORKBOOK_SPAWN="1"
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_help_comes_without_heavy_imports() -> None:
    script = (
        "import sys; from grader.cli import parser; parser().format_help();"
        "print([m for m in ('pytest', 'rich', 'psycopg', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT
    )

    assert done.stdout == "[]\n", done.stderr
