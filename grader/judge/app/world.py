"""Everything a suite needs of one problem: services, schema, people, servers."""

import asyncio
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.errors import Cancelled
from grader.judge.app.launch import Launcher, Process
from grader.judge.app.people import ADMIN_EMAIL, PASSWORD, People
from grader.judge.app.places import Place, last_exception, last_place
from grader.judge.app.server import Server, environment
from grader.judge.callers.client import Client
from grader.judge.checks.exchange import Transcript
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from grader.paths import SOLUTIONS
from grader.services.keeping import scratch_folder
from grader.services.postgres import Cluster
from grader.texts import Text

MIGRATE_SECONDS = 60.0
JOB_SECONDS = 120.0
# How often a job that runs asks whether anybody waits for it.
CANCEL_SECONDS = 0.1
# A traceback is printed after the 500 has left.
TRACEBACK_SECONDS = 0.5


@dataclass
class Ran:
    """How a job with the learner's code ended; `code` is None at the deadline."""

    code: int | None
    out: str
    err: str
    target: Path

    @property
    def ok(self) -> bool:
        return self.code == 0

    def exception(self) -> str | None:
        return last_exception(self.err) or last_exception(self.out)

    def place(self) -> Place | None:
        return last_place(self.err, self.target)


class World:
    """One problem of one target, with all that its suite may use."""

    def __init__(
        self,
        problem: Problem,
        target: Path,
        cluster: Cluster,
        launcher: Launcher,
        people: People | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """`people` are registered in the template database.

        Once `cancelled` is true, jobs end early and raise Cancelled.
        """
        self.problem = problem
        self.target = target
        self.cluster = cluster
        self.launcher = launcher
        self.transcript = Transcript()
        self.folder = scratch_folder(problem.slug, cluster.folder)
        self.secret = secrets.token_urlsafe(36)
        self.people = people or People()
        self._cancelled = cancelled
        # What every server of this problem finds in its environment; a suite may add.
        self.settings: dict[str, str] = dict(problem.settings)
        self.servers: list[Server] = []
        self._count = 0
        self._reference: World | None = None

    def reference(self) -> "World":
        """The reference in a world beside this one, made when first asked for."""
        if self._reference is None:
            self._reference = World(
                self.problem,
                SOLUTIONS,
                self.cluster,
                self.launcher,
                People(["admin", "alice"]),
            )
            self._reference.settings = self.settings
            asyncio.run(self._reference.prepare())
        return self._reference

    async def prepare(self, schema: str | None = None) -> None:
        """Build the template databases: the schema, then the people in it.

        `schema` names a database that has the schema already.
        """
        self.schema = schema or await self.make_schema()
        server = self.server(self.database(self.schema))
        try:
            server.start()
            await self.people.meet(server)
        except CheckFailed as down:
            self.people.missed(down)
        finally:
            await server.close()
        self.template = server.database.name

    # Databases and schema

    def database(self, template: str = "template0") -> Database:
        return Database(self.cluster, self.cluster.create(template))

    async def make_schema(self) -> str:
        """A database with the schema of the learner's migrations.

        While these fail, it is that of their models.
        """
        migrated = self.database()
        ran = self.migrate(migrated, ["upgrade", "head"])
        if ran.ok and await self.has_all_tables(migrated):
            return migrated.name
        modelled = self.database()
        ran = self.migrate(modelled, ["models"])
        complete = ran.ok and await self.has_all_tables(modelled)
        # With neither complete, what the migrations made is nearer to the truth.
        return modelled.name if complete or ran.ok else migrated.name

    async def has_all_tables(self, database: Database) -> bool:
        rows = await database.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        await database.close()
        return self.problem.columns <= {name for (name,) in rows}

    def migrate(self, database: Database, *actions: list[str]) -> Ran:
        """Run Alembic actions on a database, in a process of the learner's."""
        settings = {"DATABASE_URL": database.url}
        return self.run(
            {"kind": "migrate", "actions": actions}, settings, seconds=MIGRATE_SECONDS
        )

    # Processes

    def run(
        self,
        job: Mapping[str, Any],
        settings: Mapping[str, str],
        *,
        target: Path | None = None,
        seconds: float = JOB_SECONDS,
    ) -> Ran:
        """Run a job with learners' code to its end; `target` defaults to this one."""
        home = self.new_folder()
        path = target or self.target
        process = self.launcher.start(
            {
                "package": self.problem.slug,
                "path": [str(path)],
                "folder": str(home),
                "env": {**environment(home), **self.base_settings(), **settings},
                **job,
            }
        )
        code = self._wait(process, seconds)
        if code is None:
            process.signal(9)
            process.wait(5)
            if self._cancelled():
                raise Cancelled
        out, err = (stream.since() for stream in (process.out, process.err))
        shutil.rmtree(home, ignore_errors=True)
        return Ran(code, out, err, path)

    def _wait(self, process: Process, seconds: float) -> int | None:
        """The exit code, or None at the deadline or once nobody waits for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._cancelled():
            if (code := process.wait(CANCEL_SECONDS)) is not None:
                return code
        return None

    def base_settings(self) -> dict[str, str]:
        return {"JWT_SECRET": self.secret}

    def server(self, database: Database, **settings: str | None) -> Server:
        """An app that is not started yet; it is closed with the world at the latest.

        A setting of None leaves that variable out.
        """
        # "{database}" tells the servers of several databases apart.
        own = {k: v.format(database=database.name) for k, v in self.settings.items()}
        defaults = {
            **self.base_settings(),
            **own,
            "DATABASE_URL": database.url,
            "ADMIN_EMAIL": ADMIN_EMAIL,
            "ADMIN_PASSWORD": PASSWORD,
            "ACCESS_TTL_S": "3600",
        }
        chosen = {k: v for k, v in {**defaults, **settings}.items() if v is not None}
        server = Server(
            self.launcher,
            self.transcript,
            package=self.problem.slug,
            target=self.target,
            folder=self.new_folder(),
            database=database,
            settings=chosen,
            tokens=self.people.tokens,
        )
        self.servers.append(server)
        return server

    def new_folder(self) -> Path:
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir()
        return folder

    def fresh(self) -> Database:
        """A database of its own, with the schema and the people in it."""
        return self.database(self.template)

    # The check that runs

    def begin_check(self) -> None:
        self.transcript.clear()
        self.servers = [server for server in self.servers if not server.closed]
        for server in self.servers:
            server.new_check()
            server.database.notes.clear()

    def unwritten_before(self, stage: int) -> int | None:
        """The first stage before this one that answered 501 for what is unwritten."""
        stages = [e.not_written for e in self.transcript.exchanges]
        return min((s for s in stages if s is not None and s < stage), default=None)

    def trouble(self) -> tuple[Place | None, str | None]:
        """Where in the learner's code an exception was raised since the check began."""
        crashed = any((e.status or 0) == 500 for e in self.transcript.exchanges)
        deadline = time.monotonic() + (TRACEBACK_SECONDS if crashed else 0)
        while True:
            for server in reversed(self.servers):
                if place := server.place():
                    return place, server.exception()
            if time.monotonic() >= deadline:
                return None, None
            time.sleep(0.01)

    def notes(self) -> list[Text]:
        """What the judge did to the app besides asking, in this check."""
        return [note for server in self.servers for note in server.database.notes]

    def log_tail(self, count: int) -> list[str]:
        """The last lines that the check's server printed, standard error last."""
        for server in reversed(self.servers):
            out, err = server.printed()
            if lines := [*out.splitlines(), *err.splitlines()]:
                return [line[:400] for line in lines[-count:]]
        return []

    def somebody(self, server: Server, name: str) -> Client:
        """A registered person; NotThereYet when registering or logging in failed."""
        return self.people.client(server, name, self.problem.accounts_stage)

    async def close(self) -> None:
        if self._reference is not None:
            await self._reference.close()
        for server in self.servers:
            await server.close()
        shutil.rmtree(self.folder, ignore_errors=True)
