"""Gives the starter back, of a problem or of one stage; what was there is kept."""

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader import files, starter
from grader.catalogue import GIVEN, Problem, Stage
from grader.errors import SetupError
from grader.learner import backups
from grader.learner.backups import Backup
from grader.learner.home import home, locked
from grader.learner.rewind import rewound
from grader.paths import SOLUTIONS, STARTER

UNWRITTEN = "unwritten.py"


@contextmanager
def work() -> Iterator[None]:
    """Change a learner's files; one command at a time, and an OSError is a sentence."""
    try:
        with locked():
            yield
    except OSError as error:
        reason = f"{error.strerror or error} ({error.filename or home()})"
        raise SetupError("reset", reason=reason, folder=home() / "backups") from error


def reset(problem: Problem, target: Path = STARTER) -> tuple[bool, Backup | None]:
    """Write the starter anew.

    Returns whether anything differed, and the backup of what was there.
    """
    with work():
        target.mkdir(parents=True, exist_ok=True)
        return _reset(problem, target)


def _reset(problem: Problem, target: Path) -> tuple[bool, Backup | None]:
    # Beside the package, so that a move puts it in place at once.
    with tempfile.TemporaryDirectory(dir=target, prefix=".fresh-") as scratch:
        starter.build(problem, Path(scratch))
        package, fresh = target / problem.slug, Path(scratch) / problem.slug
        changed = not _is_fresh(package, fresh)
        there = [package] if changed and os.path.lexists(package) else []
        if problem.given and _is_own(target / GIVEN):
            there.append(target / GIVEN)
        backup = backups.new(problem) if there else None
        for path in there:
            assert backup
            backups.set_aside(backup, path)
        if changed:
            fresh.rename(package)
    return changed or bool(there), backup


def _is_fresh(package: Path, fresh: Path) -> bool:
    if package.is_symlink() or not package.is_dir():
        return False
    return starter.same(package, fresh)


def _is_own(given: Path) -> bool:
    """Whether a `given` in the target says anything else than the workbook's."""
    return any(files.files_of(given)) and not starter.same(given, SOLUTIONS / GIVEN)


def reset_stage(
    problem: Problem, stage: Stage, target: Path = STARTER
) -> tuple[Backup | None, list[str]]:
    """Take back what one stage asks for; returns the backup and the changed files."""
    with work(), tempfile.TemporaryDirectory() as scratch:
        starter.build(problem, Path(scratch))
        package, fresh = target / problem.slug, Path(scratch) / problem.slug
        if not package.is_dir():
            raise SetupError("no_package", target=target, slug=problem.slug)
        texts = {
            name: text
            for name, blanks in names_by_file(stage).items()
            if (
                text := _rewound(
                    blanks,
                    package / name,
                    fresh / name,
                    staying(stage, name),
                )
            )
            is not None
        }
        if not texts:
            return None, []
        # What is given back may say `NotWritten`, which a learner who is done deletes.
        marker = fresh / UNWRITTEN
        if marker.exists() and not (package / UNWRITTEN).exists():
            texts[UNWRITTEN] = marker.read_bytes()
        backup = backups.new(problem)
        backups.copy(backup, package)
        for name, text in texts.items():
            _replace(package / name, text)
    return backup, list(texts)


def names_by_file(stage: Stage) -> dict[str, list[str]]:
    """The names that a stage leaves to the learner, by file."""
    found: dict[str, list[str]] = {}
    for blank in stage.blanks:
        file, _, name = blank.partition(":")
        found.setdefault(file, []).append(name.lstrip("-"))
    return found


def staying(stage: Stage, file: str) -> dict[str, tuple[str, ...]]:
    """By which names statements of other stages stay, for definitions of a file."""
    found = ((blank.partition(":"), names) for blank, names in stage.stays.items())
    return {name: names for (where, _, name), names in found if where == file}


def gone_with(stage: Stage, changed: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Definitions that were taken back, though other stages wrote in them too."""
    shared = stage.shared.items()
    return {blank: n for blank, n in shared if blank.partition(":")[0] in changed}


def _rewound(
    names: list[str], mine: Path, fresh: Path, others: Mapping[str, Collection[str]]
) -> bytes | None:
    """The new content of a file, or None when it stays as it is."""
    text = fresh.read_text("utf-8") if fresh.exists() else ""
    try:
        before = mine.read_bytes()
        said, encoding = files.source(before)
        after = rewound(said, text, names, others).encode(encoding)
    except FileNotFoundError:
        return text.encode() or None
    except OSError as error:
        raise backups.failed(error) from error
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise SetupError("no_python", place=f"{mine}:{line}") from error
    return after if after != before else None


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it keeps its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode if path.exists() else 0o644
    descriptor, new = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.chmod(new, mode & 0o777)
    os.replace(new, path)


def restore(
    problem: Problem, name: str | None = None, target: Path = STARTER
) -> tuple[Backup, Backup | None]:
    """Bring a backup back, the newest when none is named.

    Returns it, and the backup of what stood in its place.
    """
    with work():
        found = backups.backups(problem)
        chosen = [b for b in found if name in (None, b.name)]
        if not chosen:
            key = "no_such_backup" if found else "no_backup"
            raise SetupError(key, slug=problem.slug, backup=name or "")
        packages = chosen[0].packages
        there = [target / n for n in packages if os.path.lexists(target / n)]
        replaced = backups.new(problem) if there else None
        for path in there:
            assert replaced
            backups.set_aside(replaced, path)
        backups.bring_back(chosen[0], target)
    return chosen[0], replaced
