"""Grades a checkout for Classroom 50; the runner calls it in the student's repository.

Fill in the three constants. The workbook is fetched, not bundled: it is too large for a
bundle, and a commit cannot change while a class works.
"""

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

WORKBOOK = "https://github.com/OWNER/NAME"
COMMIT = "0000000000000000000000000000000000000000"
PROBLEMS = ["blog"]

# Who handed in what, as the runner says it.
IDENTITY = """
    CLASSROOM ASSIGNMENT ASSIGNMENT_TYPE OWNER SUBMISSION_TAG COMMIT_URL RELEASE_URL
    REVIEW_URL
"""
RESULT, BODY = Path("result.json"), Path("release-body.md")


def main() -> int:
    # One that a student committed is none.
    for file in (RESULT, BODY):
        file.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as scratch, commands_off():
        try:
            fetch(Path(scratch))
            grade(Path(scratch))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"This could not be graded: {error}", file=sys.stderr)
            RESULT.unlink(missing_ok=True)
            return 1
    # No result is better than an empty one, which counts as passed.
    return 0 if RESULT.is_file() else 1


def fetch(folder: Path) -> None:
    for words in (
        ["init", "-q"],
        ["fetch", "-q", "--depth", "1", WORKBOOK, COMMIT],
        ["checkout", "-q", "FETCH_HEAD"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)


def grade(workbook: Path) -> None:
    here = Path.cwd()
    target = here / "starter" if (here / "starter").is_dir() else here
    command = [sys.executable, "noxfile.py", "-s", "grade", "--", *PROBLEMS]
    command += ["--target", str(target), "--classroom50", str(here / RESULT)]
    command += ["--summary", str(here / BODY)]
    subprocess.run(command, cwd=workbook, check=True, env={**os.environ, **who()})


def who() -> dict[str, str]:
    """Under names that the workbook lets in; OWNER may be told as USERNAME."""
    said = {"OWNER": os.environ.get("USERNAME", ""), **os.environ}
    return {f"WORKBOOK_{name}": said.get(name, "") for name in IDENTITY.split()}


@contextlib.contextmanager
def commands_off() -> Iterator[None]:
    """What an app prints must not be taken for commands to the runner."""
    if "GITHUB_ACTIONS" not in os.environ:
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"::{token}::", flush=True)


if __name__ == "__main__":
    sys.exit(main())
