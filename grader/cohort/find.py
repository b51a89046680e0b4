"""Finds the submissions of a class in what a teacher has: folders, clones, zips."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.catalogue import Problem
from grader.cohort.archive import Refused, unpack
from grader.cohort.exports import entries
from grader.cohort.places import place
from grader.cohort.submission import Submission, Unplaced, file_name
from grader.errors import SetupError
from grader.texts import Text


@dataclass
class Found:
    submissions: list[Submission] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)


def find(
    folder: Path,
    problems: Sequence[Problem],
    scratch: Path,
    out: Path | None = None,
) -> Found:
    """Every submission in `folder`, which may be a zip; zips are unpacked in `scratch`.

    What cannot be one is listed with a sentence; SetupError when there is nothing.
    The folder `out` holds results, if it lies there, too.
    """
    found = Found()
    whole = _opened(folder, scratch)
    for number, entry in enumerate(entries(whole)):
        if out and entry.path.resolve() == out.resolve():
            continue
        try:
            opened = _contents(entry.path, scratch / str(number))
        except Refused as refused:
            found.unplaced.append(Unplaced(entry.path.name, refused.text))
            continue
        submission = Submission("", entry.people, entry.path.name, opened)
        submission.handed_in = entry.handed_in
        if entry.late:
            submission.notes.append(Text("cohort.late"))
        packages, notes = place(opened, problems)
        submission.packages = packages
        submission.notes += notes
        if packages:
            found.submissions.append(submission)
        else:
            found.unplaced += [Unplaced(entry.path.name, note) for note in notes]
    _keep_latest(found)
    _name(found.submissions)
    if not found.submissions and not found.unplaced:
        raise SetupError("no_submissions", folder=folder)
    return found


def _opened(folder: Path, scratch: Path) -> Path:
    if folder.is_dir():
        return folder
    if not folder.is_file():
        raise SetupError("no_cohort", folder=folder)
    try:
        unpack(folder, scratch / "whole")
    except Refused as refused:
        raise SetupError("cohort_zip", file=folder, reason=refused.text) from refused
    return scratch / "whole"


def _contents(path: Path, scratch: Path) -> Path:
    """The folder of a submission; a zip that is all there is in it is opened, too."""
    if path.is_symlink():
        raise Refused("is_link")
    if path.is_file():
        if not zipfile.is_zipfile(path):
            raise Refused("bad_zip" if path.suffix == ".zip" else "no_folder")
        unpack(path, scratch)
        return scratch
    visible = [p for p in path.iterdir() if not p.name.startswith((".", "__"))]
    zips = [p for p in visible if p.is_file() and zipfile.is_zipfile(p)]
    if len(zips) == 1 and not any(p.is_dir() for p in visible):
        unpack(zips[0], scratch)
        return scratch
    return path


def _keep_latest(found: Found) -> None:
    """Of several submissions of one student the latest counts."""
    latest: dict[frozenset[str], Submission] = {}
    for submission in found.submissions:
        who = frozenset(p.id or p.email or p.name for p in submission.people)
        other = latest.get(who)
        if other is None:
            latest[who] = submission
            continue
        older, newer = sorted((other, submission), key=_age)
        latest[who] = newer
        params = {"kept": newer.source}
        found.unplaced.append(Unplaced(older.source, Text("cohort.older", params)))
        newer.notes.append(Text("cohort.newest", {"other": older.source}))
    found.submissions = list(latest.values())


def _age(submission: Submission) -> tuple[str, float]:
    """By what the platform says; else by the youngest file that was handed in."""
    if submission.handed_in:
        return submission.handed_in, 0.0
    paths = [p for home in submission.packages.values() for p in home.rglob("*.py")]
    return "", max((path.stat().st_mtime for path in paths), default=0.0)


def _name(submissions: Sequence[Submission]) -> None:
    """Give each a name for its files; systems that ignore case must not mix them up."""
    taken: set[str] = set()
    for submission in submissions:
        named = "+".join(person.name or person.id for person in submission.people)
        base = name = file_name(named)
        number = 2
        while name.casefold() in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name.casefold())
        submission.id = name
