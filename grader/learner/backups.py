"""Sets a learner's packages aside before anything replaces them, and brings them back.

A backup is a folder in `.workbook/backups/` that holds whole packages: moved there, or
copied and compared. Nothing here ever deletes or overwrites a learner's file.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.catalogue import Problem
from grader.errors import SetupError
from grader.learner.home import home

NAME = re.compile(r"\d{8}-\d{6}-\d{6}-(\w+)")


@dataclass(frozen=True)
class Backup:
    folder: Path
    slug: str

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def packages(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def backups(problem: Problem) -> list[Backup]:
    """Those of a problem that hold something, the newest first."""
    return sorted(_all(problem.slug), key=lambda backup: backup.name, reverse=True)


def _all(slug: str) -> Iterator[Backup]:
    folder = home() / "backups"
    for path in folder.iterdir() if folder.is_dir() else ():
        found = NAME.fullmatch(path.name)
        if found and found[1] == slug and path.is_dir() and any(path.iterdir()):
            yield Backup(path, slug)


def new(problem: Problem) -> Backup:
    """An empty backup, whose name is the time."""
    while True:
        stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        folder = home() / "backups" / f"{stamp}-{problem.slug}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise failed(error) from error
        return Backup(folder, problem.slug)


def set_aside(backup: Backup, package: Path) -> None:
    """Move a package into the backup; it is either here or there, always whole."""
    target = backup.folder / package.name
    try:
        package.rename(target)
    except OSError:
        # On another file system, or with an open file on Windows, copy and delete.
        copy(backup, package)
        try:
            shutil.rmtree(package)
        except OSError as error:
            raise failed(error) from error


def copy(backup: Backup, package: Path) -> None:
    """Copy a package into the backup; SetupError when the copy is not the same."""
    target = backup.folder / package.name
    try:
        shutil.copytree(package, target, symlinks=True, ignore=_without_content)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(backup.folder, ignore_errors=True)
        raise failed(error) from error
    if contents(package) != contents(target):
        raise SetupError("backup", reason=f"{package} != {target}")


def _without_content(parent: str, names: Sequence[str]) -> set[str]:
    """Sockets, FIFOs and the like, which only programs that run now mean."""
    kinds = {name: os.lstat(os.path.join(parent, name)).st_mode for name in names}
    return {name for name, mode in kinds.items() if not _holds(mode)}


def _holds(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def bring_back(backup: Backup, target: Path) -> None:
    """Move a backup's packages to where they were; their places must be free."""
    for name in backup.packages:
        shutil.move(backup.folder / name, target / name)
    backup.folder.rmdir()


def contents(folder: Path) -> dict[str, bytes | str | None]:
    """Every path below a folder: a file's bytes, a link's target, None for a folder."""
    found: dict[str, bytes | str | None] = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            key = path.relative_to(folder).as_posix()
            if path.is_symlink():
                found[key] = os.readlink(path)
            elif _holds(path.stat().st_mode):
                found[key] = path.read_bytes() if path.is_file() else None
    return found


def failed(error: Exception) -> SetupError:
    reason = getattr(error, "strerror", None) or str(error)
    return SetupError("backup", reason=reason[:300])
