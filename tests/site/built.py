"""The site, built as `nox -s docs` does it, once for all tests."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from grader.paths import ROOT


@cache
def site() -> Path:
    """Build the site into a folder of its own, which goes with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="workbook-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder
