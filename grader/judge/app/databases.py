"""Creates the databases of the app under test."""

from grader.judge.database import Database
from grader.services.postgres import Cluster


class Databases:
    """Creates databases that the app may use: empty ones and copies of a template."""

    def __init__(self, cluster: Cluster, role: str) -> None:
        """They belong to `role`, one of the cluster's."""
        self._cluster = cluster
        self._role = role
        # The database with schema and people, once it has been built.
        self.template: str | None = None

    def new(self, template: str = "template0") -> Database:
        """A copy of a database by its name; an empty one when none is named."""
        return Database(self._cluster, self._cluster.create(template, self._role))

    def fresh(self) -> Database:
        """A database of its own, with the schema and the people in it."""
        assert self.template, "the world has not been prepared"
        return self.new(self.template)

    def seal(self, database: Database) -> None:
        """From now on it is a template: no app gets into it any more."""
        self._cluster.seal(database.name)

    def drop(self, database: Database) -> None:
        self._cluster.drop(database.name)
