"""What a confined app cannot reach: each attempt is made from inside of a handler."""

import os
import socket
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.catalogue import Problem, load
from grader.child.confine import CONFINED, ports_named
from grader.judge.app.world import World
from grader.paths import ROOT, SOLUTIONS
from grader.run import Engine

if sys.platform != "linux":
    pytest.skip("only Linux confines", allow_module_level=True)

APP = """
from fastapi import FastAPI, Response
import os, signal, socket, subprocess, sys

def create_app():
    app = FastAPI()

    @app.get("/v1/posts/{slug}")
    def get(slug: str):
        try:
            found = attempt()
        except Exception as error:
            found = f"{type(error).__name__} {error}"
        return Response(f"{found}", 418)

    return app

def attempt():
"""
Attempt = Callable[[str], str]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        if engine.launcher.level != CONFINED:
            pytest.skip("this kernel does not confine")
        yield engine


@pytest.fixture
def blog() -> Problem:
    return load("blog")


@pytest.fixture
def attempt(engine: Engine, blog: Problem, tmp_path: Path) -> Attempt:
    """Run the body of a function in an app; what it returns or raises."""
    package = tmp_path / "target" / "blog"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    without = {c.id for c in blog.stage(1).checks} - {"unknown_post_is_404"}

    def attempt(body: str) -> str:
        (package / "main.py").write_text(APP + textwrap.indent(body, "    "), "utf-8")
        result = engine.grade([blog], package.parent, "en", [1], without=without)
        (check,) = result.problems[0].stages[0].checks
        assert check.failure
        return str(check.failure["exchanges"][-1]["body"])

    return attempt


@pytest.mark.parametrize(
    "body",
    [
        f"return open({str(SOLUTIONS / 'blog' / 'main.py')!r}).read()",
        f"return open({str(ROOT / 'tests' / 'blog' / 'bugs.toml')!r}).read()",
        f"return os.listdir({str(ROOT / 'grader')!r})",
        f"return open({str(ROOT / 'starter' / 'new')!r}, 'w')",
        "return open('/proc/JUDGE/environ').read()",
        "return open('/proc/JUDGE/cmdline').read()",
        "return open('/proc/sys/kernel/core_pattern', 'w')",
        "return open('/tmp/new', 'w')",
        "return open('/dev/shm/new', 'w')",
        "return open(os.path.join(os.path.dirname(__file__), 'main.py'), 'a')",
        "return open(sys.prefix + '/lib/evil.pth', 'w')",
        "return os.kill(JUDGE, 0)",
        "return os.kill(JUDGE, signal.SIGSTOP)",
        "return os.kill(os.getppid(), signal.SIGKILL)",
        "return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "return socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
        "return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
        "return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)",
        "return socket.socket(40, socket.SOCK_STREAM)",
        "import resource; return resource.prlimit(os.getppid(), 0, (1, 1))",
        "return os.sched_setaffinity(os.getppid(), {0})",
        "return os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "return socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', 9))",
        "return os.setuid(1000)",
    ],
)
def test_what_is_not_the_apps_is_refused(attempt: Attempt, body: str) -> None:
    body = body.replace("JUDGE", str(os.getpid()))

    assert attempt(body).startswith("PermissionError")


def test_files_elsewhere_are_refused(attempt: Attempt, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")

    assert attempt(f"return open({str(key)!r}).read()").startswith("PermissionError")
    link = f"os.symlink({str(key)!r}, 'link'); return open('link').read()"
    assert attempt(link).startswith("PermissionError")
    child = f"return subprocess.getoutput('cat {key}')"
    assert "secret" not in attempt(child)


def test_modes_of_files_stay_as_they_are(attempt: Attempt, tmp_path: Path) -> None:
    """It looks as if they changed: whoever copies files must not fail."""
    file = tmp_path / "file"
    file.write_text("x")
    file.chmod(0o644)

    body = f"os.chmod({str(file)!r}, 0); os.chown({str(file)!r}, 1, 1); return 'done'"

    assert attempt(body) == "done"
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.stat().st_uid == os.getuid()
    mark = f"return os.setxattr({str(file)!r}, 'user.mark', b'x')"
    assert attempt(mark).startswith("PermissionError")
    assert attempt("import shutil; return shutil.copy(__file__, '.')") == "./main.py"


def test_servers_of_others_are_refused(attempt: Attempt) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = server.getsockname()
        tcp = f"return socket.create_connection({where!r}, 2)"

        assert attempt(tcp).startswith("PermissionError")
    assert attempt("return socket.create_server(('', 0))").startswith("PermissionError")
    name = f"\0workbook-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(name)
        abstract.listen()
        connect = f"s = socket.socket(socket.AF_UNIX); return s.connect({name!r})"

        assert attempt(connect).startswith("PermissionError")


def test_ports_of_the_services_are_read_from_their_urls() -> None:
    settings = {
        "DATABASE_URL": "postgresql://learner:4444444444@/x?host=%2Ftmp&port=5432",
        "OTHER_URL": "postgresql://learner:99999999@db.example:5433/x",
        "PAYMENT_URL": "http://127.0.0.1:40000/account",
        "CACHE": "unix:///tmp/valkey.sock",
        "ODD": "http://[::1:99999/",
    }

    assert ports_named(settings.values()) == [5433, 40000]


def test_its_own_folder_is_its_own(attempt: Attempt) -> None:
    """What is promised works: a home, temporary files, children, the libraries."""
    body = """
import tempfile, sqlite3
with tempfile.TemporaryFile() as file:
    file.write(b"x")
sqlite3.connect("here.db").execute("create table t (x)")
open(os.path.join(os.environ["HOME"], "new"), "w").write("x")
child = subprocess.run([sys.executable, "-c", "import fastapi; print(40 + 2)"],
                       capture_output=True, text=True)
os.kill(os.getpid(), 0)
os.nice(1)
socket.socket(), socket.socket(socket.AF_INET6), socket.socketpair()
return child.stdout + child.stderr
"""
    assert attempt(body) == "42\n"


def test_jobs_hold_nothing_but_their_streams(
    engine: Engine, blog: Problem, tmp_path: Path
) -> None:
    """Above all not the socket over which jobs are handed out."""
    folder = tmp_path / "blog" / "migrations"
    folder.mkdir(parents=True)
    listing = "sorted(int(n) for n in os.listdir('/proc/self/fd'))[:-1]"
    (folder / "env.py").write_text(f"import os, sys\nprint({listing}, file=sys.stderr)")
    world = World(blog, tmp_path, engine.cluster, engine.launcher)
    database = world.database()

    ran = world.migrate(database, ["upgrade", "head"])

    assert "[0, 1, 2, 3]" in ran.err
    world.databases.drop(database)


SERVES = """
import asyncio, socket, threading, time, urllib.request, uvicorn

async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})

def test_server_of_ones_own():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off"))
        run = threading.Thread(target=server.run, args=[[listening]])
        run.start()
        port = listening.getsockname()[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=10) as answer:
            assert answer.read() == b"served"
        server.should_exit = True
        run.join()

def test_server_of_somebody_else():
    try:
        socket.create_connection(("127.0.0.1", OTHER), 2)
    except OSError:
        return
    raise AssertionError("it was reached")
"""


@pytest.mark.parametrize("alone", [True, False])
def test_learners_tests_may_start_servers(
    engine: Engine, blog: Problem, tmp_path: Path, alone: bool
) -> None:
    """In a network of their own, or on ports that the system hands out."""
    (tmp_path / "pytest.toml").write_text("[pytest]\n")
    world = World(blog, tmp_path, engine.cluster, engine.launcher)
    # Not one of the ports that the system hands out.
    with socket.create_server(("127.0.0.1", free_low_port())) as other:
        text = SERVES.replace("OTHER", str(other.getsockname()[1]))
        (tmp_path / "test_it.py").write_text(text)
        job = {
            "kind": "pytest",
            "folder": str(tmp_path),
            "notes": str(tmp_path / "notes"),
            "arguments": [str(tmp_path), f"-c{tmp_path / 'pytest.toml'}", "-q"],
        }
        # A service with a port has to be reached from the machine's network.
        settings = {} if alone else {"PAYMENT_URL": "http://127.0.0.1:9"}

        ran = world.runner.run(job, settings)

    assert ran.ok, ran.out + ran.err


def free_low_port() -> int:
    for port in range(20000, 21000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def test_refusal_is_explained(engine: Engine, blog: Problem, tmp_path: Path) -> None:
    package = tmp_path / "target" / "blog"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "main.py").write_text("open('/tmp/workbook.log', 'w')")

    result = engine.grade([blog], package.parent, "en", [1])

    failure = result.problems[0].stages[0].checks[0].failure
    assert failure
    assert "note.confined" in {note["key"] for note in failure["notes"]}
