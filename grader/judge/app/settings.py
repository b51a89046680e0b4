"""The settings of the app under test, which it reads from its environment."""

import secrets
from collections.abc import Mapping

from grader.judge.app.people import ADMIN_EMAIL, PASSWORD
from grader.judge.database import Database


class Settings:
    """What all servers of a world share; a suite may add to it."""

    def __init__(self, shared: Mapping[str, str]) -> None:
        """In the values of `shared`, "{database}" stands for the database's name."""
        self.secret = secrets.token_urlsafe(36)
        self._shared = dict(shared)

    def add(self, **settings: str) -> None:
        """Give these to every server that is made from now on."""
        self._shared |= settings

    def for_job(self) -> dict[str, str]:
        """What a job needs that starts no server."""
        return {"JWT_SECRET": self.secret}

    def for_server(
        self, database: Database, chosen: Mapping[str, str | None]
    ) -> dict[str, str]:
        """All settings of a server; one that is chosen to be None is left out."""
        # Not str.format: a value may hold braces of its own, as JSON does.
        shared = {
            name: value.replace("{database}", database.name)
            for name, value in self._shared.items()
        }
        settings = {
            **self.for_job(),
            **shared,
            "DATABASE_URL": database.url,
            "ADMIN_EMAIL": ADMIN_EMAIL,
            "ADMIN_PASSWORD": PASSWORD,
            "ACCESS_TTL_S": "3600",
            **chosen,
        }
        return {name: value for name, value in settings.items() if value is not None}
