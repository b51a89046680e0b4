"""Grades a submission where Gradescope puts it; its `run_autograder` calls this.

What a student can mend is said in the results. When it could not be judged, there are
none: Gradescope then tells everybody so, and a zero would be believed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader import requirements
from grader.catalogue import Problem, load
from grader.cohort.job import files_of
from grader.cohort.places import place
from grader.cohort.submission import Submission
from grader.files import write_files
from grader.package.build import ABOUT
from grader.paths import LIBRARIES, ROOT, STARTER
from grader.report.gradescope import render
from grader.results import Result, write_whole
from grader.texts import Text

# An environment variable: tests have a folder of their own in the place of this one.
ELSEWHERE = "WORKBOOK_AUTOGRADER"
HOME = "/autograder"
JUDGED = (0, 1)


def main() -> int:
    home = Path(os.environ.get(ELSEWHERE, HOME))
    asked = json.loads((ROOT / ABOUT).read_text("utf-8"))
    file = home / "results" / "results.json"
    file.unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
            results = grade(home / "submission", asked, Path(scratch))
    finally:
        # One that the submission wrote while it ran is none.
        file.unlink(missing_ok=True)
    if results is None:
        return 1
    write_whole(file, json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    return 0


def grade(
    submission: Path, asked: dict[str, Any], scratch: Path
) -> dict[str, Any] | None:
    """The results as Gradescope reads them; None when it could not be judged."""
    language: str = asked["language"]
    problems = [load(slug) for slug in asked["problems"]]
    folder = as_folder(submission, problems, scratch)
    packages, notes = place(folder, problems)
    found = [problem for problem in problems if problem.slug in packages]
    told = [note.render(language) for note in notes]
    if not found:
        return nothing(told)
    target = scratch / "target"
    handed_in = Submission("", [], "", folder, packages=packages)
    write_files(files_of(handed_in, found), target)
    try:
        libraries = installed(target)
    except SystemExit:
        return nothing([*told, Text("package.requirements").render(language)])
    result = judged(found, asked, target, scratch / "result.json", libraries)
    return None if result is None else with_notes(told, result, asked)


def with_notes(
    told: Sequence[str], result: Result, asked: dict[str, Any]
) -> dict[str, Any]:
    # Students look for their files, and grade again, where these are with them.
    result.target = str(STARTER)
    result.options.pop("target", None)
    results: dict[str, Any] = json.loads(render(result, asked["language"]))
    results["output"] = "\n".join([*told, results["output"]])
    results["extra_data"]["workbook"] = asked["commit"]
    return results


def as_folder(submission: Path, problems: Sequence[Problem], scratch: Path) -> Path:
    """The folder to look for packages in.

    Whoever drags the files of a package onto Gradescope's page hands in no folder.
    """
    loose = (submission / "main.py").is_file() and not place(submission, problems)[0]
    if len(problems) > 1 or not loose:
        return submission
    # What is linked to is looked at later: links stay links.
    package = scratch / "handed-in" / problems[0].slug
    shutil.copytree(submission, package, symlinks=True)
    return package.parent


def nothing(told: Sequence[str]) -> dict[str, Any]:
    return {"score": 0, "output": "\n".join(told), "output_format": "text"}


def installed(target: Path) -> dict[str, str]:
    """What tells the grader where libraries of the student's own are."""
    if not requirements.lines_of(target / requirements.FILE):
        return {}
    return {LIBRARIES: str(requirements.installed(target))}


def judged(
    problems: Sequence[Problem],
    asked: dict[str, Any],
    target: Path,
    file: Path,
    libraries: dict[str, str],
) -> Result | None:
    """What `grade` says, if it came to an end."""
    command = [sys.executable, "-m", "grader", "grade"]
    command += [problem.slug for problem in problems]
    if asked["stages"]:
        command += ["--stage", *map(str, asked["stages"])]
    command += ["--target", str(target), "--json", str(file)]
    command += ["--lang", asked["language"]]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **libraries})
    if done.returncode not in JUDGED or not file.is_file():
        return None
    return Result.from_json(json.loads(file.read_text("utf-8")))


if __name__ == "__main__":
    raise SystemExit(main())
