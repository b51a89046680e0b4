"""Packs a commit of the workbook as an autograder: the same bytes each time."""

import io
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.catalogue import SLUGS
from grader.errors import SetupError
from grader.paths import ROOT

# Where a platform's scripts lie; in the zip they are at the top.
SCRIPTS = {"gradescope": "classroom/gradescope"}
# Says in the zip what it grades, and which workbook it is.
ABOUT = "autograder.json"
# What grading needs; tests of the workbook itself, pages and records stay away.
NEEDED = (
    "LICENSE",
    "noxfile.py",
    "pyproject.toml",
    "grader",
    "problems",
    "solutions",
    "starter",
    ":(glob)tests/*.py",
    "tests/suite.toml",
    *(f"tests/{slug}" for slug in SLUGS),
    ":(exclude)tests/*/proof.json",
)
# The oldest that a zip can say: an entry's time must not tell when it was packed.
TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Autograder:
    """What an autograder is to do."""

    format: str
    problems: Sequence[str]
    # None means all of them.
    stages: Sequence[int] | None
    language: str

    @property
    def file(self) -> str:
        numbers = [str(number) for number in self.stages or ()]
        return "-".join([self.format, *self.problems, *numbers]) + ".zip"


def build(asked: Autograder, out: Path, root: Path = ROOT) -> str:
    """Write the zip, from the last commit; returns that commit's id.

    SetupError when there is no commit, or `out` is there or cannot be written.
    """
    if asked.format not in SCRIPTS:
        formats = ", ".join(SCRIPTS)
        raise SetupError("package_format", format=asked.format, formats=formats)
    commit = git(root, "rev-parse", "HEAD").decode().strip()
    about = {"commit": commit, **vars(asked)}
    said = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    files = dict(committed(root, SCRIPTS[asked.format]))
    files[ABOUT] = (said.encode(), 0o644)
    write(out, packed(files))
    return commit


def uncommitted(root: Path = ROOT) -> list[str]:
    """The files that are needed and are not as they were committed."""
    found = git(root, "status", "--porcelain", "-z", "--no-renames", "--", *NEEDED)
    return [line[3:] for line in found.decode("utf-8", "replace").split("\0") if line]


def committed(root: Path, scripts: str) -> Iterator[tuple[str, tuple[bytes, int]]]:
    """The files of the last commit by name in the zip, with their modes."""
    # Line ends as they were committed: bash takes no others.
    plain = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
    names = ("--", *NEEDED, scripts)
    data = git(root, *plain, "archive", "--format=tar", "HEAD", *names)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content:
                mode = 0o755 if member.mode & 0o100 else 0o644
                name = member.name.removeprefix(f"{scripts}/")
                yield name, (content.read(), mode)


def git(root: Path, *words: str) -> bytes:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *words], cwd=root, env=env, capture_output=True, check=True
        )
    except OSError as error:
        raise SetupError("package_git", reason=error.strerror) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip() or "?"
        raise SetupError("package_git", reason=said.splitlines()[0]) from error
    return done.stdout


def packed(files: dict[str, tuple[bytes, int]]) -> bytes:
    """A zip that is the same whenever and in whatever order it is made."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in sorted(files.items()):
            entry = zipfile.ZipInfo(name, TIME)
            # As on Unix, wherever it is made: only there a file can be executable.
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()


def write(out: Path, content: bytes) -> None:
    """Write a new file, or none."""
    try:
        file = out.open("xb")
    except FileExistsError as error:
        raise SetupError("package_exists", file=out) from error
    except OSError as error:
        raise SetupError("not_written", file=out, reason=error.strerror) from error
    try:
        with file:
            file.write(content)
    except OSError as error:
        out.unlink()
        raise SetupError("not_written", file=out, reason=error.strerror) from error
