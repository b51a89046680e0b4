"""What an attack must not reach: a file, a folder and servers of somebody else's."""

import os
import secrets
import socket
import stat
import sys
import threading
from pathlib import Path


class Bait:
    """Whoever reads the file or speaks to a server learns `token`."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(8)
        self.canary, self.outside = folder / "canary", folder / "outside"
        self.heard: list[bytes] = []
        self.name = f"\0workbook-{self.token}"
        self._streams = [socket.create_server(("127.0.0.1", 0))]
        self.port = int(self._streams[0].getsockname()[1])
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(self.name)
        abstract.listen()
        self._streams.append(abstract)
        self._datagrams = [
            bound(socket.AF_INET, "127.0.0.1", self.port),
            bound(socket.AF_INET6, "::1", self.port),
        ]
        for listening in self._streams:
            threading.Thread(target=self._tell, args=[listening], daemon=True).start()
        for hearing in self._datagrams:
            threading.Thread(target=self._hear, args=[hearing], daemon=True).start()
        self.lay()

    def lay(self) -> None:
        """Put the files there, as they should still be when the attack is over."""
        for odd in odd_places():
            odd.unlink(missing_ok=True)
        self.canary.parent.mkdir(parents=True, exist_ok=True)
        self.outside.mkdir(exist_ok=True)
        self.canary.unlink(missing_ok=True)
        self.canary.write_text(self.token)
        self.canary.chmod(0o600)

    def touched(self) -> bool:
        """Whether a file of somebody else's is not as it was laid."""
        if any(self.outside.iterdir()) or any(odd.exists() for odd in odd_places()):
            return True
        if not self.canary.exists() or self.canary.read_text() != self.token:
            return True
        return stat.S_IMODE(self.canary.stat().st_mode) != 0o600

    def _tell(self, listening: socket.socket) -> None:
        while True:
            other, _ = listening.accept()
            with other:
                other.sendall(self.token.encode())

    def _hear(self, hearing: socket.socket) -> None:
        while True:
            self.heard.append(hearing.recv(100))


def odd_places() -> list[Path]:
    return [
        Path("/dev/shm/workbook-hostile"),
        Path(sys.prefix, "lib", "workbook-new.pth"),
    ]


def bound(family: int, host: str, port: int) -> socket.socket:
    datagrams = socket.socket(family, socket.SOCK_DGRAM)
    datagrams.bind((host, port))
    return datagrams


def left_behind(judge: int) -> list[int]:
    """The processes that still work in a folder of an app of this judge's."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = os.readlink(entry / "cwd")
            except OSError:
                continue
            if f"workbook-blog-{judge}-" in where:
                found.append(int(entry.name))
    return found
