"""One problem of one target with all that its suite may use, under short names."""

import itertools
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.judge.app.application import Application
from grader.judge.app.confinement import LEVELS
from grader.judge.app.databases import Databases
from grader.judge.app.folders import Folders
from grader.judge.app.launch import ForkLauncher, Launcher
from grader.judge.app.limits import too_much
from grader.judge.app.memory import Memory
from grader.judge.app.migrations import Migrations
from grader.judge.app.people import People
from grader.judge.app.runner import Ran, Runner
from grader.judge.app.server import Server
from grader.judge.app.servers import Servers
from grader.judge.app.settings import Settings
from grader.judge.callers.client import Client
from grader.judge.checks.exchange import Transcript
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from grader.paths import SOLUTIONS
from grader.services.postgres import Cluster


class World:
    """Holds the parts, each of which knows nothing of the world."""

    def __init__(
        self,
        problem: Problem,
        target: Path,
        cluster: Cluster,
        launcher: Launcher,
        *,
        people: People | None = None,
        settings: Settings | None = None,
        memory: Memory | None = None,
        role: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        counted: Callable[[int], None] = lambda runs: None,
    ) -> None:
        """`people` are registered in the template database.

        `role` is the app's in its databases, if not the one of learners' apps.

        Once `cancelled` is true, jobs end early and raise Cancelled. `counted` hears
        how often the learner's tests ran so far.
        """
        self.problem = problem
        self.target = target
        self.cluster = cluster
        self.launcher = launcher
        self.people = people or People()
        self.settings = settings or Settings(problem.settings)
        self.memory = memory or Memory()
        self.transcript = Transcript()
        self.folders = Folders(problem.slug, cluster.folder)
        app = Application(problem, target, launcher, self.folders)
        self.databases = Databases(cluster, role or cluster.role)
        self.runner = Runner(app, self.settings, cancelled)
        self.migrations = Migrations(problem, self.databases, self.runner)
        self.servers = Servers(app, self.settings, self.transcript, self.people.tokens)
        self._reference: World | None = None
        self._counted, self._runs = counted, itertools.count(1)
        # How many planted bugs the learner's tests caught, where a check counts them.
        self.caught: dict[str, Any] | None = None

    async def prepare(self, schema: str | None = None) -> Database:
        """Build the template: the schema, then the people in it; returns the schema.

        `schema` names a database that has it already, when it was kept.
        """
        if schema is None:
            migrated = await self.migrations.make_schema()
        else:
            migrated = Database(self.cluster, schema)
        self.databases.seal(migrated)
        server = self.server(self.databases.new(migrated.name))
        try:
            server.start()
            await self.people.meet(server)
        except CheckFailed as down:
            self.people.missed(down)
        finally:
            if over := server.over:
                self.people.missed(too_much(over))
            await server.close()
        self.databases.seal(server.database)
        self.databases.template = server.database.name
        return migrated

    async def reference(self) -> "World":
        """The reference in a world beside this one, made when first asked for."""
        if self._reference is None:
            self._reference = World(
                self.problem,
                SOLUTIONS,
                self.cluster,
                self.launcher,
                people=People(["admin", "alice"]),
                settings=self.settings,
                role=self.cluster.reference,
            )
            await self._reference.prepare()
        return self._reference

    # What suites call

    def database(self) -> Database:
        """An empty database."""
        return self.databases.new()

    def fresh(self) -> Database:
        """A database of its own, with the schema and the people in it."""
        return self.databases.fresh()

    def migrate(self, database: Database, *actions: list[str]) -> Ran:
        """Run Alembic actions, as `["upgrade", "head"]`, on a database."""
        return self.migrations.run(database, *actions)

    def server(self, database: Database, **settings: str | None) -> Server:
        """A server that is not started yet, closed with the world at the latest.

        A setting of None leaves that variable out.
        """
        return self.servers.new(database, **settings)

    def somebody(self, server: Server, name: str) -> Client:
        """A registered person; NotThereYet when registering or logging in failed."""
        return self.people.client(server, name, self.problem.accounts_stage)

    # Between checks

    @property
    def confined(self) -> bool:
        """Whether apps are shut in, be it for files only."""
        return self.launcher.level != LEVELS[0]

    def begin_check(self) -> None:
        """What was asked and printed so far belongs to the checks before."""
        self.transcript.clear()
        self.servers.begin_check()
        self.caught = None

    def count_caught(self, caught: dict[str, Any]) -> None:
        self.caught = caught

    def ran_own_tests(self) -> None:
        self._counted(next(self._runs))

    def enter_lane(self, control: socket.socket, tell: Callable[..., None]) -> None:
        """In a fork of the judge: share nothing with it that only one may use.

        `control` leads to a preloading process. `tell` says "ran_tests" each time, and
        "remember" with a digest.
        """
        assert isinstance(self.launcher, ForkLauncher)
        self.launcher.move(control)
        self.cluster.enter_fork()
        self.folders.move()
        self.memory.elsewhere = partial(tell, "remember")
        self._counted = lambda runs: tell("ran_tests")

    async def close(self) -> None:
        if self._reference is not None:
            await self._reference.close()
        await self.servers.close()
        self.folders.close()
