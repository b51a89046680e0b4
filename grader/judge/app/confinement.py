"""How well jobs are shut in on this machine."""

import os

from grader.child.confine import CONFINED, FILES_ONLY, NOT_CONFINED, level

# From the worst to the best; reports name them.
LEVELS = (NOT_CONFINED, FILES_ONLY, CONFINED)
# Shuts jobs in less well than is possible: to see what happens on other machines.
WEAKER = "WORKBOOK_CONFINEMENT"


def confinement() -> str:
    """The best level that there is here and that the environment does not forbid."""
    asked = os.environ.get(WEAKER, CONFINED)
    allowed = asked if asked in LEVELS else CONFINED
    return min(level(), allowed, key=LEVELS.index)
