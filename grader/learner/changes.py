"""Notices saves: native events, and a look at the files where these do not come."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from watchfiles import watch

from grader.files import files_of

# How often the files are looked at all the same, in seconds: with events that come,
# and where they do not.
SELDOM, OFTEN = 2.0, 0.3
SETTLE_SECONDS = 0.05
Snapshot = dict[Path, tuple[int, int]]


class Changes:
    """What was saved below `folders` since the last `take()`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self.polling = False
        self._event = threading.Event()
        self._stop = threading.Event()
        self._seen = self._scan()
        self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        """Wait for native events; when there can be none, say so by `polling`."""
        try:
            places = [folder for folder in self.folders if folder.is_dir()]
            for _ in watch(*places, stop_event=self._stop, step=20, debounce=200):
                self._event.set()
        except Exception:
            # Too many watches, or no such system call: poll, whatever the reason.
            self.polling = True

    def pending(self) -> bool:
        """Whether anything was saved; costs nothing most of the time."""
        told = self._event.is_set()
        interval = OFTEN if self.polling else SELDOM
        if not told and time.monotonic() < self._looked + interval:
            return False
        self._event.clear()
        self._looked = time.monotonic()
        if self._scan() == self._seen:
            return False
        # There was a change without an event: events do not work here, so poll often.
        self.polling |= not told
        # Pending until `take` is called.
        self._event.set()
        return True

    def take(self) -> None:
        """From here on, only later saves are pending."""
        self._event.clear()
        before = None
        while (now := self._scan()) != before:
            # A checkout or "save all" writes many files: wait for the last.
            before = now
            time.sleep(SETTLE_SECONDS)
        self._seen = now

    def _scan(self) -> Snapshot:
        found: Snapshot = {}
        for folder in self.folders:
            for path in files_of(folder):
                try:
                    state = path.stat()
                except OSError:
                    continue
                found[path] = (state.st_mtime_ns, state.st_size)
        return found

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
