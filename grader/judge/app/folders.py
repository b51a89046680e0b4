"""The folders that the processes under test work in, gone with the world."""

import os
import shutil
from pathlib import Path

from grader.services.scratch import scratch_folder


class Folders:
    """Makes empty folders below one of its own; `close` removes them all."""

    def __init__(self, prefix: str, within: Path | None) -> None:
        self.base = scratch_folder(prefix, within)
        self._count = 0

    def new(self) -> Path:
        self._count += 1
        folder = self.base / str(self._count)
        folder.mkdir()
        return folder

    def move(self) -> None:
        """From now on make them where a fork of the judge has its own."""
        self.base, self._count = self.base / f"lane-{os.getpid()}", 0
        self.base.mkdir()

    def close(self) -> None:
        shutil.rmtree(self.base, ignore_errors=True)
