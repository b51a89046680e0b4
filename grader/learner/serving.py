"""Runs a learner's app for a person: services, migrations, rows, and reload."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from watchfiles import PythonFilter, watch

from grader.catalogue import Problem
from grader.errors import SetupError
from grader.judge.app.application import environment_of_app, own_libraries
from grader.judge.app.import_path import import_path, sources
from grader.judge.app.launch import open_launcher
from grader.judge.app.world import World
from grader.judge.database import Database
from grader.learner.seed import ADMIN, PASSWORD, Seeded, seed
from grader.paths import ROOT
from grader.services.postgres import open_cluster
from grader.texts import Text

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
Say = Callable[[Text], None]


@contextmanager
def database(problem: Problem, target: Path) -> Iterator[tuple[World, Database]]:
    """A migrated database of the app's own, gone at the end, and its world."""
    launcher = open_launcher()
    try:
        with open_cluster() as cluster:
            world = World(problem, target.resolve(), cluster, launcher)
            try:
                yield world, asyncio.run(world.migrations.make_schema())
            finally:
                asyncio.run(world.close())
    finally:
        launcher.close()


def run(problem: Problem, target: Path, port: int, say: Say) -> int:
    """Serve until Ctrl-C or until the server ends by itself; returns its exit code."""
    with database(problem, target) as (world, migrated):
        server = start(problem, target, port, migrated.url, world.folders.new())
        stop = threading.Event()
        threads = [
            threading.Thread(target=_introduce, args=(problem, port, server, say)),
            threading.Thread(target=_migrate_on, args=(world, migrated, stop, say)),
        ]
        for thread in threads:
            thread.daemon = True
            thread.start()
        try:
            return server.wait()
        finally:
            stop.set()
            _end(server)


def start(
    problem: Problem, target: Path, port: int, url: str, home: Path
) -> "subprocess.Popen[bytes]":
    """uvicorn with reload, and of the environment what a grading gives an app."""
    command = [sys.executable, "-m", "uvicorn", f"{problem.slug}.main:create_app"]
    command += ["--factory", "--host", HOST, "--port", str(port)]
    command += ["--app-dir", str(target.resolve()), "--reload"]
    for folder in sources(problem, target.resolve()):
        command += ["--reload-dir", str(folder)]
    # A request that never ends must not keep the old code alive.
    command += ["--timeout-graceful-shutdown", "2", "--no-access-log"]
    imported = [*import_path(problem, target.resolve()), *own_libraries()]
    settings = {
        **environment_of_app(home),
        "PYTHONPATH": os.pathsep.join(imported),
        "DATABASE_URL": url,
        "JWT_SECRET": secrets.token_urlsafe(36),
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
    }
    # Colours, as the terminal has them.
    settings |= {k: v for k in ("TERM", "NO_COLOR") if (v := os.environ.get(k))}
    return subprocess.Popen(command, cwd=ROOT, env=settings)


def _end(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _introduce(
    problem: Problem, port: int, server: "subprocess.Popen[bytes]", say: Say
) -> None:
    """Once the app answers: a few rows, and where to look."""
    url = f"http://{HOST}:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            return
        time.sleep(0.1)
    print_rows(seed(problem.slug, url), url, say)


def print_rows(seeded: Seeded, url: str, say: Say) -> None:
    accounts = ", ".join(seeded.accounts) or "–"
    say(Text("serve.ready", {"url": url, "docs": f"{url}/docs"}))
    say(Text("serve.accounts", {"accounts": accounts, "password": PASSWORD}))
    say(Text("serve.rows", {"count": seeded.made}))
    if seeded.refused:
        say(Text("serve.refused", {"requests": ", ".join(seeded.refused)}))
    say(Text("serve.leave"))


def answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/openapi.json", timeout=5, trust_env=False)
    except httpx.HTTPError:
        return False
    return True


def _migrate_on(
    world: World, migrated: Database, stop: threading.Event, say: Say
) -> None:
    """Upgrade the database whenever a migration is saved."""
    folder = world.target / world.problem.slug / "migrations"
    if not folder.is_dir():
        return
    for _ in watch(folder, watch_filter=PythonFilter(), stop_event=stop):
        ran = world.migrate(migrated, ["upgrade", "head"])
        if ran.ok:
            say(Text("serve.migrated"))
        else:
            say(Text("serve.not_migrated", {"reason": ran.exception() or ran.code}))


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(asked: int | None) -> int:
    """The port that was asked for, or the first free one from 8000."""
    if asked is not None:
        if not free(asked):
            raise SetupError("port", port=asked)
        return asked
    for port in range(8000, 8100):
        if free(port):
            return port
    raise SetupError("port", port="8000–8099")
