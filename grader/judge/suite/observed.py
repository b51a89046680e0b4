"""What was seen of the servers during one check, for the report of its failure."""

import time

from grader.judge.app.tracebacks import Location
from grader.judge.app.world import World
from grader.texts import Text

# A traceback is printed after the 500 has left.
TRACEBACK_SECONDS = 0.5
LINE_CHARACTERS = 400


def last_raised(world: World) -> tuple[Location | None, str | None]:
    """Where in the learner's code an exception was raised last, and its message."""
    crashed = any((e.status or 0) == 500 for e in world.transcript.exchanges)
    deadline = time.monotonic() + (TRACEBACK_SECONDS if crashed else 0)
    while True:
        for server in reversed(world.servers):
            if location := server.location():
                return location, server.exception()
        if time.monotonic() >= deadline:
            return None, None
        time.sleep(0.01)


def notes(world: World) -> list[Text]:
    """What the judge did to the app besides asking."""
    return [note for server in world.servers for note in server.database.notes]


def last_lines(world: World, count: int) -> list[str]:
    """The last lines that the check's server printed, standard error last."""
    for server in reversed(world.servers):
        out, err = server.printed()
        if lines := [*out.splitlines(), *err.splitlines()]:
            return [line[:LINE_CHARACTERS] for line in lines[-count:]]
    return []
