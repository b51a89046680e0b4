"""Submissions are found wherever platforms and students put them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.catalogue import Problem
from grader.cohort.find import Found, find
from grader.errors import SetupError
from tests.cohort.conftest import MAIN, pack, write

Finds = Callable[[], Found]
METADATA = """---
submission_1:
  :submitters:
  - :name: 王小明
    :sid: '007'
    :email: ming@example.org
  :created_at: 2026-09-01 10:00:00.000000000 Z
submission_2:
  :submitters:
  - :name: 王小明
    :sid: '007'
    :email: ming@example.org
  :created_at: 2026-09-02 10:00:00.000000000 Z
submission_3:
  :submitters:
  - :name: Ada
    :sid: '1'
  - :name: Bob
    :sid: '2'
  :created_at: 2026-09-01 09:00:00.000000000 Z
"""


@pytest.mark.parametrize(
    ("place", "note"),
    [
        (MAIN, ""),
        (f"starter/{MAIN}", "starter/"),
        (f"my-work/{MAIN}", "my-work/"),
        (f"my-work/starter/{MAIN}", "my-work/starter/"),
    ],
)
def test_package_is_found_and_its_place_told(
    place: str, note: str, folder: Path, finds: Finds
) -> None:
    write(folder / "ada", place)

    [submission] = finds().submissions

    assert (submission.packages["blog"] / MAIN).is_file()
    told = [text.params["place"] for text in submission.notes]
    assert told == ([note] if note else [])


def test_clone_of_the_workbook_is_graded_by_its_starter(
    folder: Path, finds: Finds
) -> None:
    """The reference that comes with it is nobody's work."""
    write(folder / "ada", f"solutions/{MAIN}", f"starter/{MAIN}", ".git/blog/x.py")

    [submission] = finds().submissions

    assert submission.packages["blog"] == folder / "ada/starter"


def test_what_may_mean_two_things_is_not_guessed(folder: Path, finds: Finds) -> None:
    write(folder / "ada", f"old/{MAIN}", f"new/{MAIN}")

    [unplaced] = finds().unplaced

    assert "new/, old/" in unplaced.why.render("en")


def test_gradescope_export(folder: Path, finds: Finds) -> None:
    """People come from its file; of two submissions of one student the later counts."""
    (folder / "submission_metadata.yml").write_text(METADATA, "utf-8")
    for number in (1, 2, 3):
        write(folder / f"submission_{number}", MAIN)

    found = finds()

    assert {(s.id, s.source) for s in found.submissions} == {
        ("王小明", "submission_2"),
        ("Ada+Bob", "submission_3"),
    }
    assert [(u.source, u.why.key) for u in found.unplaced] == [
        ("submission_1", "cohort.older")
    ]


@pytest.mark.parametrize("text", ["a: [", "just words", "submission_1: 3"])
def test_gradescope_export_whose_file_is_broken(
    text: str, folder: Path, finds: Finds
) -> None:
    (folder / "submission_metadata.yml").write_text(text)
    write(folder / "submission_1", MAIN)

    assert [s.id for s in finds().submissions] == ["submission_1"]


def test_moodle_download(folder: Path, finds: Finds) -> None:
    """A folder for each student with the zip that they handed in."""
    pack(folder / "王 小明_1234_assignsubmission_file_/work.zip", {MAIN: ""})
    pack(folder / "Ada L_99_assignsubmission_file_work.zip", {f"x/{MAIN}": ""})

    people = [s.people[0] for s in finds().submissions]

    assert [(p.name, p.id) for p in people] == [("Ada L", "99"), ("王 小明", "1234")]


def test_canvas_download_is_a_zip_of_zips(tmp_path: Path, blog: Problem) -> None:
    inner = pack(tmp_path / "x.zip", {MAIN: ""}).read_bytes()
    outer = tmp_path / "submissions.zip"
    names = ("lovelaceada_4711_100_work.zip", "lovelaceada_LATE_4711_200_work-1.zip")
    pack(outer, dict.fromkeys(names, inner))

    found = find(outer, [blog], tmp_path / "scratch")

    [submission] = found.submissions
    assert submission.source == names[1]
    assert submission.people[0].id == "4711"
    keys = [note.key for note in submission.notes]
    assert keys == ["cohort.late", "cohort.newest"]


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "C:\\evil.py", "..\\e.py"]
)
def test_zip_that_climbs_is_refused_and_the_rest_is_graded(
    name: str, folder: Path, finds: Finds, tmp_path: Path
) -> None:
    pack(folder / "eve.zip", {MAIN: "", name: "boo"})
    write(folder / "ada", MAIN)

    found = finds()

    assert [s.id for s in found.submissions] == ["ada"]
    assert [(u.source, u.why.key) for u in found.unplaced] == [
        ("eve.zip", "cohort.zip_climbs")
    ]
    assert not list(tmp_path.rglob("*evil.py"))


def test_what_is_no_submission_gets_a_sentence_each(
    folder: Path, finds: Finds, tmp_path: Path
) -> None:
    write(folder, "notes.txt", "broken.zip", "empty/README.md", "ada/blog/main.py")
    (folder / "link").symlink_to(write(tmp_path / "elsewhere", MAIN))

    found = finds()

    assert [s.id for s in found.submissions] == ["ada"]
    assert {u.source: u.why.key for u in found.unplaced} == {
        "notes.txt": "cohort.no_folder",
        "broken.zip": "cohort.bad_zip",
        "empty": "cohort.no_package",
        "link": "cohort.is_link",
    }
    for unplaced in found.unplaced:
        assert unplaced.why.render("en") != unplaced.why.render("zh")


def test_link_out_of_a_submission_is_not_followed(
    folder: Path, finds: Finds, tmp_path: Path
) -> None:
    write(folder / "eve", MAIN)
    (folder / "eve/blog/secret.py").symlink_to(write(tmp_path, "secret") / "secret")

    [unplaced] = finds().unplaced

    assert unplaced.why.key == "cohort.link_out"


def test_names_that_clash_stay_apart(folder: Path, finds: Finds) -> None:
    """Systems that ignore case would write both results into one file."""
    write(folder / "Ada!", MAIN)
    write(folder / "ada?x", MAIN)
    write(folder / "王小明", MAIN)
    write(folder / "ADA", MAIN)

    ids = [submission.id for submission in finds().submissions]

    assert len({name.casefold() for name in ids}) == 4
    assert "王小明" in ids


def test_folder_that_is_not_there_and_one_that_is_empty(
    folder: Path, finds: Finds, tmp_path: Path, blog: Problem
) -> None:
    with pytest.raises(SetupError, match="is empty"):
        finds()
    with pytest.raises(SetupError, match="no folder and no zip"):
        find(tmp_path / "nowhere", [blog], tmp_path)
