"""What of a user's environment reaches the grader: these names, and no others.

A verdict must not depend on what a shell exports for other tools: PYTEST_ADDOPTS,
PGSSLMODE, ALL_PROXY and the like. What learners' apps get of it is less still:
`environment_of_app` in `judge/app/application.py`.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

from grader.paths import ROOT

# Variables that say where things are on this machine.
PLACES = """
    PATH HOME USER LOGNAME TMPDIR TEMP TMP TZ LD_LIBRARY_PATH OPENBLAS_CORETYPE
    SYSTEMROOT COMSPEC PATHEXT USERPROFILE
"""
# Variables about language and colours.
LOOKS = """
    LANG LANGUAGE TERM COLORTERM NO_COLOR FORCE_COLOR COLUMNS LINES
    TTY_COMPATIBLE TTY_INTERACTIVE
"""
# The workbook's own variables.
OURS = "DATABASE_URL REDIS_URL"
# The interpreter's, as far as they are about its streams and its caches.
PYTHON = """
    PYTHONUTF8 PYTHONIOENCODING PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE
    PYTHONPYCACHEPREFIX
"""
KEPT = set(f"{PLACES} {LOOKS} {OURS} {PYTHON}".split())
FAMILIES = ("LC_", "WORKBOOK_")

AGAIN = "import sys; sys.path.insert(0, {root!r}); import grader.__main__"


def chosen(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that the grader means."""
    return {
        name: value
        for name, value in environment.items()
        if name.upper() in KEPT or name.startswith(FAMILIES)
    }


def of_python(names: Iterable[str]) -> list[str]:
    """Those that an interpreter reads when it starts, and that are not kept."""
    return [n for n in names if n.startswith("PYTHON") and n not in KEPT]


def enter() -> None:
    """Leave of this process's environment only what was chosen.

    What the interpreter has read already is undone by another one. It does not return.
    """
    foreign = of_python(os.environ) or sys.flags.optimize or sys.warnoptions
    kept = chosen(os.environ)
    if foreign:
        become([sys.executable, "-P", "-c", AGAIN.format(root=str(ROOT))], kept)
    os.environ.clear()
    os.environ.update(kept)


def become(command: list[str], environment: Mapping[str, str]) -> None:
    """Go on as another interpreter, with the same arguments."""
    command = [*command, *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command, env=environment))
    sys.stdout.flush()
    os.execve(command[0], command, environment)
