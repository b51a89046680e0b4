"""Makes the servers of a world, and closes those that a check left open."""

from collections.abc import Iterator, Mapping

from grader.child.sums import Over
from grader.judge.app.application import Application
from grader.judge.app.server import Server
from grader.judge.app.settings import Settings
from grader.judge.checks.exchange import Transcript
from grader.judge.database import Database


class Servers:
    """The servers that are not closed, in the order in which they were made."""

    def __init__(
        self,
        app: Application,
        settings: Settings,
        transcript: Transcript,
        tokens: Mapping[str, tuple[str, str]],
    ) -> None:
        self._app = app
        self._settings = settings
        self._transcript = transcript
        self._tokens = tokens
        self._open: list[Server] = []

    def __iter__(self) -> Iterator[Server]:
        return iter(self._open)

    def __reversed__(self) -> Iterator[Server]:
        return reversed(self._open)

    def new(self, database: Database, **chosen: str | None) -> Server:
        """A server that is not started yet; a setting of None is left out."""
        server = Server(
            self._app,
            self._transcript,
            database,
            self._settings.for_server(database, chosen),
            self._tokens,
        )
        self._open.append(server)
        return server

    def begin_check(self) -> None:
        """Forget the servers that were closed, and what the others printed so far."""
        self._open = [server for server in self._open if not server.closed]
        for server in self._open:
            server.new_check()
            server.database.notes.clear()

    def over(self) -> Over | None:
        """What there was too much of, if one was ended for it in this check."""
        return next((over for server in self._open if (over := server.over)), None)

    async def close(self) -> None:
        for server in self._open:
            await server.close()
