"""What becomes of processes whose parent has ended, where the kernel can be told."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> None:
    """From now on this process is killed once its parent has ended."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt() -> None:
    """Processes that children leave behind become this one's, to be killed."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
