"""Folders for the time of a run, in memory where there is room, gone at its end."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Memory-backed storage makes a database from a template ten times faster.
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 1 << 30


def scratch_base() -> Path:
    """Memory-backed storage where there is enough of it, else the temporary folder."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if usable and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        return MEMORY
    return Path(tempfile.gettempdir())


def scratch_folder(prefix: str, within: Path | None = None) -> Path:
    """Make a folder named after the process that owns it, so that it is found again."""
    folder = scratch_path(prefix, within)
    folder.mkdir(mode=0o700)
    return folder


def scratch_path(prefix: str, within: Path | None = None) -> Path:
    name = f"workbook-{prefix}-{os.getpid()}-{secrets.token_hex(4)}"
    return (within or scratch_base()) / name


@contextmanager
def service_folder(prefix: str) -> Iterator[Path]:
    """A service's folder, removed even when its supervisor was never started.

    The name is chosen before the folder is made: an interrupt may come in between.
    """
    folder = scratch_path(prefix)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
