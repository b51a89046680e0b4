"""The commands: `configure` names the options of one, `run` does it.

Only argparse is imported at their top, so that --help comes at once.
"""

from collections.abc import Callable

# Says an option's help text in the language of the command line.
Told = Callable[[str], str]

PASSED, FAILED, SETUP = 0, 1, 2
