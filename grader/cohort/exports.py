"""What platforms hand out: who is behind each of a download's folders and files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from grader.cohort.submission import Person

GRADESCOPE = "submission_metadata.yml"
# "张三_123456_assignsubmission_file_", and what it holds when it is no folder.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file(_.*)?")
# "zhangsan_LATE_4711_815_blog.zip": name, perhaps late, person, submission, file.
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<nr>\d+)_.+")


class Entry(NamedTuple):
    """A folder or a zip that should be a submission."""

    path: Path
    people: list[Person]
    # Sorts as time does; "" when the name does not tell.
    handed_in: str = ""
    late: bool = False


def entries(folder: Path) -> Iterator[Entry]:
    """The submissions of a folder, whoever made it."""
    metadata = folder / GRADESCOPE
    told = _gradescope(metadata) if metadata.is_file() else {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")) or path.name == GRADESCOPE:
            continue
        yield told.get(path.name) or _named(path)


def _named(path: Path) -> Entry:
    """Who it is, as the name of a folder or a file tells."""
    name = path.stem if path.is_file() else path.name
    if match := MOODLE.fullmatch(name):
        return Entry(path, [Person(match["name"].strip(), match["id"])])
    if path.is_file() and (match := CANVAS.fullmatch(name)):
        # Numbers of submissions grow with time.
        when = match["nr"].zfill(12)
        person = Person(match["name"], match["id"])
        return Entry(path, [person], when, bool(match["late"]))
    return Entry(path, [Person(name)])


def _gradescope(metadata: Path) -> dict[str, Entry]:
    """By folder. Its file is Ruby's: the keys are symbols, with a colon before them."""
    import yaml

    try:
        whole = yaml.load(metadata.read_text("utf-8"), Loader=_PlainLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    rows = whole if isinstance(whole, dict) else {}
    return {
        str(name): _entry(metadata.parent / str(name), row)
        for name, row in rows.items()
        if isinstance(row, dict)
    }


def _PlainLoader(stream: Any) -> Any:
    """YAML without types: a time stays the text that it is, and sorts as well."""
    import yaml

    return yaml.BaseLoader(stream)


def _entry(path: Path, row: Mapping[str, Any]) -> Entry:
    submitters = row.get(":submitters") or []
    people = [
        Person(
            str(one.get(":name") or ""),
            str(one.get(":sid") or ""),
            str(one.get(":email") or ""),
        )
        for one in submitters
        if isinstance(one, dict)
    ]
    return Entry(path, people or [Person(path.name)], str(row.get(":created_at") or ""))
