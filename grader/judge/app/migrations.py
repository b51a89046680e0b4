"""Runs a learner's migrations, and makes a database with the schema they lead to."""

from grader.catalogue import Problem
from grader.judge.app.databases import Databases
from grader.judge.app.runner import Ran, Runner
from grader.judge.database import Database

MIGRATE_SECONDS = 60.0


class Migrations:
    def __init__(self, problem: Problem, databases: Databases, runner: Runner) -> None:
        self._problem = problem
        self._databases = databases
        self._runner = runner

    def run(self, database: Database, *actions: list[str]) -> Ran:
        """Run Alembic actions on a database, in a process of the learner's."""
        return self._runner.run(
            {"kind": "migrate", "actions": actions},
            {"DATABASE_URL": database.url},
            seconds=MIGRATE_SECONDS,
        )

    async def make_schema(self) -> Database:
        """A database with the schema of the learner's migrations.

        While these fail, it is that of their models.
        """
        migrated = self._databases.new()
        ran = self.run(migrated, ["upgrade", "head"])
        if ran.ok and await self.has_all_tables(migrated):
            return migrated
        modelled = self._databases.new()
        ran = self.run(modelled, ["models"])
        # When neither is complete, grade on what the migrations made.
        return modelled if ran.ok else migrated

    async def has_all_tables(self, database: Database) -> bool:
        rows = await database.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        await database.close()
        return self._problem.columns <= {name for (name,) in rows}
