"""Reads who is in the class, and finds who handed nothing in."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from grader.cohort.submission import Person, Submission, plain
from grader.errors import SetupError

# What tables of platforms and schools call their columns.
NAMES = ("name", "student", "studentname", "fullname", "姓名", "学生")
IDS = ("id", "sid", "studentid", "username", "login", "github", "sisuserid", "学号")
EMAILS = ("email", "emailaddress", "mail", "邮箱", "电子邮件")
ENCODINGS = ("utf-8-sig", "gbk")


def read_roster(path: Path) -> list[Person]:
    """The people of a CSV with a header; SetupError when it has no names."""
    rows = list(csv.DictReader(io.StringIO(_text(path), newline="")))
    header = list(rows[0]) if rows else []
    by_plain = {plain(name or ""): name for name in header}
    columns = [
        next((by_plain[name] for name in known if name in by_plain), None)
        for known in (NAMES, IDS, EMAILS)
    ]
    if columns[0] is None and columns[1] is None:
        raise SetupError("roster_columns", file=path)
    people = [
        Person(
            *((row.get(column) or "").strip() if column else "" for column in columns)
        )
        for row in rows
    ]
    return [person for person in people if person.keys]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SetupError("roster_unread", file=path, reason=reason) from error
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SetupError("roster_unread", file=path, reason="UTF-8?")


def missing(
    roster: Sequence[Person], submissions: Sequence[Submission]
) -> list[Person]:
    """Those of the roster who stand behind no submission."""
    seen = {key for s in submissions for person in s.people for key in person.keys}
    return [person for person in roster if not person.keys & seen]


def named(roster: Sequence[Person], person: Person) -> Person | None:
    """The person as the roster knows them; None when they are not on it."""
    return next((one for one in roster if one.keys & person.keys), None)
