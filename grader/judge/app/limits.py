"""How much all that one grading started may use at once, and what is said beyond."""

from grader.child.sums import Over
from grader.cores import cores
from grader.judge.checks.failures import AppDown

SHOWN = {
    "processes": (1, ""),
    "memory": (1 << 20, " MiB"),
    "scratch": (1 << 20, " MiB"),
}


def limits() -> dict[str, int]:
    """Many times what an honest app takes.

    Learners' tests run on every core at once, each beside an app of its own.
    """
    return {
        "processes": 256 + 64 * cores(),
        "memory": (3 << 30) + (512 << 20) * cores(),
        "scratch": 2 << 30,
    }


def too_much(over: Over) -> AppDown:
    """The verdict on what was ended because together it used too much."""
    unit, name = SHOWN[over.limit]
    return AppDown(
        f"over.{over.limit}",
        expected=f"≤ {over.allowed // unit}{name}",
        # Rounded up: a little too much must not read as what is allowed.
        got=f"{-(-over.used // unit)}{name}",
    )
