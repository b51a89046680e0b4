"""What a worker is told, and what comes back: plain data named by its contents."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import files
from grader.catalogue import Problem
from grader.cohort.submission import Submission
from grader.requirements import FILE
from grader.texts import Text


@dataclass(frozen=True)
class Job:
    """One submission to grade."""

    id: str
    problems: Sequence[str]
    # None for all.
    stages: Sequence[int] | None
    language: str
    # What was handed in, by path: workers on other machines see no folder of ours.
    files: Mapping[str, bytes]
    # The digest of suites and grader that the verdict is to come from.
    judged_by: str
    # Whether it may run where nothing shuts it in.
    trusted: bool = False

    @property
    def handed_in(self) -> str:
        """The digest of what was handed in, and of what is asked of it."""
        # All stages are written as none: digests that classes keep stay as they are.
        asked = json.dumps([list(self.problems), list(self.stages or ())])
        whole = hashlib.sha256(asked.encode())
        for name in sorted(self.files):
            content = hashlib.sha256(self.files[name]).hexdigest()
            whole.update(f"\n{name} {content}".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()

    @property
    def key(self) -> str:
        """Equal jobs are one: the same files, suites and grader."""
        return f"{self.handed_in[:32]}-{self.judged_by[:32]}"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: a result as JSON text, or why there is none."""

    job: Job
    result: str = ""
    why: Text | None = None


def files_of(submission: Submission, problems: Sequence[Problem]) -> dict[str, bytes]:
    """What of a submission is graded, as if all of it lay in one folder."""
    found: dict[str, bytes] = {}
    for problem in problems:
        home = submission.packages[problem.slug]
        for package in problem.packages:
            found |= _read(home, home / package)
        if (home / FILE).is_file():
            found[FILE] = (home / FILE).read_bytes()
    return found


def _read(home: Path, folder: Path) -> dict[str, bytes]:
    paths = files.files_of(folder) if folder.is_dir() else ()
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in paths}
