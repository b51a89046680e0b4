"""The commands: `configure` names the options of one, `run` does it.

Only argparse is imported at their top, so that --help comes at once.
"""

import argparse
from collections.abc import Callable

from grader.paths import STARTER

# Says an option's help text in the language of the command line.
Told = Callable[[str], str]

PASSED, FAILED, SETUP = 0, 1, 2


def as_given(options: argparse.Namespace) -> dict[str, str]:
    """What the next command has to be told again."""
    given = {"lang": options.lang} if options.lang else {}
    if options.target != STARTER:
        given["target"] = str(options.target)
    return given
