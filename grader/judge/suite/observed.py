"""What was seen of the servers during one check, for the report of its failure."""

import re
import time

from grader.judge.app.tracebacks import Location
from grader.judge.app.world import World
from grader.judge.checks.exchange import Exchange
from grader.judge.suite.printed import Said, read
from grader.paths import SOLUTIONS
from grader.texts import Text

# A traceback is printed after the 500 has left.
TRACEBACK_SECONDS = 0.5
LINE_CHARACTERS = 400
REQUEST_ID = "x-request-id"
# What the judge does to a database raises errors like these wherever the app is.
OUR_DOING = {"note.cut", "note.down", "note.failing_commit"}
OF_THE_DATABASE = re.compile(
    r"\w*(Operational|Interface|Connection|Shutdown|DBAPI|Connect|OSError|Pending)"
)
# Code that fails because a check asks it to.
MEANT = "handlers.py"
Raised = tuple[Location | None, str | None]


def culprit(world: World, failure: BaseException) -> tuple[Exchange | None, bool]:
    """The exchange to show last, and whether it is known to be the one that failed."""
    named = getattr(failure, "exchange", None)
    if isinstance(named, Exchange):
        return named, True
    last = world.transcript.last(1)
    return (last[0], last[0].error is not None) if last else (None, False)


def last_raised(world: World, exchange: Exchange | None, *, down: bool) -> Raised:
    """Where in the learner's code this exchange failed, and what was raised.

    Or what went wrong in the background; never what another request raised.
    """
    crashed = exchange is not None and exchange.status == 500
    deadline = time.monotonic() + (TRACEBACK_SECONDS if crashed else 0)
    while True:
        for said in reversed(everything(world)):
            ours = said.raised and (down or _is_of(said, exchange, world))
            if ours and (found := _own(said, world)):
                return found, said.exception()
        if time.monotonic() >= deadline:
            return None, None
        time.sleep(0.01)


def _is_of(said: Said, exchange: Exchange | None, world: World) -> bool:
    if said.of_a_request:
        if exchange is None:
            return True
        if known := said.record.get("request_id"):
            return bool(known == id_of(exchange))
        return exchange.status == 500 or exchange.error not in (None, "timeout")
    ours = OUR_DOING & {note.key for note in notes(world)}
    return not (ours and OF_THE_DATABASE.match(said.exception() or ""))


def _own(said: Said, world: World) -> Location | None:
    """The innermost line that the learner wrote."""
    frames = list(said.frames(world.target))
    slug = world.problem.slug
    if frames and frames[0].file == f"{slug}/{MEANT}" and _as_given(world, frames[0]):
        return None
    mine = (f for f in frames if f.file.startswith(f"{slug}/"))
    return next((f for f in mine if not _as_given(world, f)), None)


def _as_given(world: World, frame: Location) -> bool:
    """Whether a file is nobody's work: given whole, and not changed since."""
    file = frame.file.partition("/")[2]
    blanks = (b for stage in world.problem.stages for b in stage.blanks)
    if any(blank.partition(":")[0] == file for blank in blanks):
        return False
    try:
        mine = (world.target / frame.file).read_bytes()
        return mine == (SOLUTIONS / frame.file).read_bytes()
    except OSError:
        return False


def id_of(exchange: Exchange | None) -> str | None:
    if exchange is None:
        return None
    return exchange.answer_headers.get(REQUEST_ID) or exchange.headers.get(REQUEST_ID)


def notes(world: World) -> list[Text]:
    """What the judge did to the app besides asking."""
    return [note for server in world.servers for note in server.database.notes]


def everything(world: World) -> list[Said]:
    """What all servers printed since the check began, standard error last."""
    return [
        said
        for stream in (0, 1)
        for server in world.servers
        for said in read(server.printed()[stream])
    ]


def _tells_more(said: Said, exchange: Exchange | None) -> bool:
    """Whether it is of this request, and not just its access log."""
    if exchange is None or not said.names(id_of(exchange)):
        return False
    return said.record.get("status") != exchange.status


def explaining(
    world: World, exchange: Exchange | None, count: int, *, down: bool
) -> tuple[list[str], int]:
    """The last lines that explain a failure, and how many others there are.

    These are warnings, errors, tracebacks and what names this request, unless it says
    no more than the answer did. An app that is `down` is explained by whatever it said
    last.
    """
    found = everything(world)
    kept = [
        line
        for said in found
        if down or said.grave or _tells_more(said, exchange)
        for line in said.shown()
    ]
    total = sum(len(said.lines) for said in found)
    shown = [line[:LINE_CHARACTERS] for line in kept[-count:]]
    return shown, max(0, total - len(shown))
