"""Runs a learner's tests on their own app, with the services and settings of a judge.

Their process is in front: a debugger can ask, and Ctrl-C ends it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader.catalogue import Problem
from grader.judge.app.application import environment_of_app, own_libraries
from grader.judge.app.databases import Databases
from grader.judge.app.import_path import import_path
from grader.judge.app.settings import Settings
from grader.judge.own_tests.runs import CONFIGURATION
from grader.learner.home import home
from grader.services.postgres import open_cluster

NO_TESTS = 5  # pytest's exit code when it found none.
OF_THE_TERMINAL = ("TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "COLORTERM")


def run_tests(problem: Problem, target: Path, words: Sequence[str]) -> int:
    """Run pytest on `tests/` of the package, with more `words`; returns its code."""
    target = target.resolve()
    with open_cluster() as cluster, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        configuration = folder / "pytest.toml"
        configuration.write_text(CONFIGURATION)
        databases = Databases(cluster, cluster.role)
        database = databases.new()
        command = [
            *(sys.executable, "-m", "pytest", f"{problem.slug}/tests"),
            f"--rootdir={target}",
            f"-c{configuration}",
            # So that --lf knows what failed last.
            f"-ocache_dir={home() / 'pytest' / problem.slug}",
            *words,
        ]
        imported = [*import_path(problem, target), *own_libraries()]
        terminal = {k: os.environ[k] for k in OF_THE_TERMINAL if k in os.environ}
        env = {
            **environment_of_app(folder),
            **Settings(problem.settings).for_job(),
            **terminal,
            "DATABASE_URL": database.url,
            "PYTHONPATH": os.pathsep.join(imported),
        }
        try:
            return subprocess.call(command, cwd=target, env=env)
        finally:
            databases.drop(database)
