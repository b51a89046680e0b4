"""Collects what a process prints, bounded, whatever it prints."""

import os
import threading
from collections import deque

KEEP_BYTES = 2 << 20


class Output:
    """The end of a stream, read to its end by a thread of its own."""

    def __init__(self, descriptor: int) -> None:
        """Take over `descriptor`, the reading end of a pipe."""
        self._descriptor = descriptor
        self._chunks: deque[bytes] = deque()
        self._kept = 0
        self._total = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while chunk := os.read(self._descriptor, 65536):
            with self._lock:
                self._chunks.append(chunk)
                self._total += len(chunk)
                self._kept += len(chunk)
                while self._kept - len(self._chunks[0]) > KEEP_BYTES:
                    self._kept -= len(self._chunks.popleft())
        os.close(self._descriptor)

    def mark(self) -> int:
        """The number of bytes read so far, to pass to `since`."""
        return self._total

    def since(self, mark: int = 0) -> str:
        """What came after `mark`, as far as it was kept."""
        with self._lock:
            kept = b"".join(self._chunks)
            start = max(0, mark - (self._total - self._kept))
        return kept[start:].decode("utf-8", "replace")

    def close(self, timeout: float = 1.0) -> None:
        """Wait for the end of the stream; a process left behind may hold it open."""
        self._thread.join(timeout)
