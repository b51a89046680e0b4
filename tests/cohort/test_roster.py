"""Whoever is on the roster and handed nothing in is named."""

from pathlib import Path

import pytest

from grader.cohort.roster import missing, named, read_roster
from grader.cohort.submission import Person, Submission
from grader.errors import SetupError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_roster_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("学号,姓名,邮箱\n7,王小明,ming@example.org\n\n", encoding)

    assert read_roster(path) == [Person("王小明", "7", "ming@example.org")]


def test_who_is_missing_whatever_they_are_known_by(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("Student Name,Login\nAda L,ada\n王 小明,ming\nBob,bob\nEve,eve\n")
    roster = read_roster(path)
    handed_in = [
        Submission("1", [Person("ADA")], "ada", tmp_path),
        Submission("2", [Person("王小明")], "x", tmp_path),
        Submission("3", [Person("", "", "bob@example.org")], "y", tmp_path),
    ]

    assert [person.name for person in missing(roster, handed_in)] == ["Eve"]
    found = named(roster, handed_in[0].people[0])
    assert found
    assert found.name == "Ada L"


@pytest.mark.parametrize("text", ["", "points\n3\n"])
def test_roster_without_names(text: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(text)

    with pytest.raises(SetupError, match="no column for names"):
        read_roster(tmp_path / "roster.csv")


def test_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        read_roster(tmp_path / "roster.csv")
