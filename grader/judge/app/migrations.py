"""Runs a learner's migrations, and makes a database with the schema they lead to."""

import secrets
from dataclasses import replace

from grader.catalogue import Problem
from grader.judge.app.databases import Databases
from grader.judge.app.runner import Ran, Runner
from grader.judge.database import Database

MIGRATE_SECONDS = 60.0
ENDED_EARLY = 84
EARLY = "The process ended before Alembic had done its work."


class Migrations:
    def __init__(self, problem: Problem, databases: Databases, runner: Runner) -> None:
        self._problem = problem
        self._databases = databases
        self._runner = runner

    def run(self, database: Database, *actions: list[str]) -> Ran:
        """Run Alembic actions on a database, in a process of the learner's.

        That it ends with 0 tells nothing: `env.py` may have ended it. It says a word
        that nobody guesses, once Alembic has done everything.
        """
        word = secrets.token_hex(16)
        ran = self._runner.run(
            {"kind": "migrate", "actions": actions, "done": word},
            {"DATABASE_URL": database.url},
            seconds=MIGRATE_SECONDS,
        )
        if ran.ok and word not in ran.out:
            return replace(ran, code=ENDED_EARLY, err=f"{ran.err}\n{EARLY}")
        return replace(ran, out=ran.out.replace(f"{word}\n", ""))

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
