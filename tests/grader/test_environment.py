"""What a shell exports for other tools changes no verdict, and reaches no app."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from grader import environment
from grader.learner.serving import choose_port
from grader.paths import ROOT
from tests.grader.conftest import Target, hear_interrupts

PYTEST = {
    "PYTEST_ADDOPTS": "-x --cov -n 2 -k nothing -m unit --asyncio-mode=auto",
    "PYTEST_PLUGINS": "not_there",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
LIBPQ = {
    "PGSSLMODE": "verify-full",
    "PGSERVICE": "not_there",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGCLIENTENCODING": "GBK",
    "PGDATESTYLE": "German",
}
PROXIES = {
    "ALL_PROXY": "socks5://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "HTTPS_PROXY": "http://127.0.0.1:1",
}
INTERPRETER = {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"}
HOSTILE = {**PYTEST, **LIBPQ, **PROXIES}
# A plugin that pytest loads by itself, as ROS puts some on PYTHONPATH.
PLUGIN = "def pytest_collection_modifyitems(items): items.clear()\n"
APP = """
import json, os

def create_app():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        body = json.dumps(dict(os.environ)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    return app
"""


def graded(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "grader", "grade", "blog", "--lang", "en"]
    return subprocess.run(
        [*command, "--target", "solutions", "--stage", "1", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **env},
        timeout=300,
    )


def test_exports_for_other_tools_change_no_verdict() -> None:
    done = graded(**HOSTILE)

    assert "10 of 10 points" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("env", [INTERPRETER, {"PYTHONPATH": ""}])
def test_what_an_interpreter_is_told_changes_no_verdict(
    env: dict[str, str], tmp_path: Path
) -> None:
    info = tmp_path / "hostile-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pytest11]\nhostile = hostile\n")
    (tmp_path / "hostile.py").write_text(PLUGIN)
    if "PYTHONPATH" in env:
        env = {"PYTHONPATH": str(tmp_path)}

    done = graded(**env)

    assert "10 of 10 points" in done.stdout, done.stdout + done.stderr
    assert "Warning" not in done.stderr


def test_what_is_meant_stays() -> None:
    meant = {
        "PATH": "/bin",
        "DATABASE_URL": "x",
        "LC_ALL": "C",
        "WORKBOOK_HOME": "y",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    foreign = {"SECRET": "s", "PYTHONPATH": "p", "GIT_DIR": "g"}

    assert environment.chosen(meant | foreign | HOSTILE) == meant
    assert environment.of_python([*meant, *foreign]) == ["PYTHONPATH"]


def test_a_served_app_sees_what_a_graded_one_sees(target: Target) -> None:
    """No proxy keeps serve from finding the app, and no secret of a shell is in it."""
    port, folder = choose_port(None), target(APP)
    command = [sys.executable, "-m", "grader", "serve", "blog", "--lang", "en"]
    serving = subprocess.Popen(
        [*command, "--target", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, **PROXIES, **LIBPQ, "SECRET_OF_MINE": "s"},
        preexec_fn=hear_interrupts,
    )
    assert serving.stdout
    try:
        said = next((line for line in serving.stdout if "answers at" in line), "")
        url = f"http://127.0.0.1:{port}/"
        seen = json.loads(httpx.get(url, trust_env=False, timeout=60).text)
    finally:
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=60)

    assert str(port) in said
    assert "DATABASE_URL" in seen
    assert not {*PROXIES, *LIBPQ, "SECRET_OF_MINE"} & set(seen)
