"""Enters a job: the environment, limits and import path, then the learner's code."""

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from grader.child.around import holds
from grader.child.confine import confine

# Exit codes by which the judge tells how an app failed to start.
NO_PACKAGE = 81
NO_FACTORY = 82
FACTORY_RAISED = 83
NO_APP = 84

KINDS = {
    "serve": "grader.child.serve",
    "migrate": "grader.child.migrate",
    "pytest": "grader.child.run_pytest",
}


def run(job: Mapping[str, Any]) -> None:
    """Do one job in this process, which does nothing else. Never returns."""
    code = 1
    try:
        # Ours, so it is imported while this process may still read it.
        kind: Callable[[Mapping[str, Any]], int] = importlib.import_module(
            KINDS[job["kind"]]
        ).run
        enter(job)
        code = kind(job)
    except SystemExit as stop:
        code = exit_code(stop)
    except BaseException:
        # Tracebacks of learners' code are what the report shows.
        sys.excepthook(*sys.exc_info())
    finally:
        leave(code)


def enter(job: Mapping[str, Any]) -> None:
    home = os.environ.get("PYTHONPATH")
    os.environ.clear()
    os.environ.update(job["env"])
    os.chdir(job["folder"])
    limit_resources(job.get("cpu_seconds", 120))
    # The learner's packages come first; the grader's own folder is not on the path.
    sys.path[:] = [*job["path"], *(p for p in sys.path if p not in ("", home))]
    # Those of the learner's own come last: the workbook's versions count.
    sys.path += job["libraries"]
    sys.dont_write_bytecode = True
    sys.argv = ["app"]
    confine(job)


def must_be_its_own(job: Mapping[str, Any]) -> None:
    """What was imported as the learner's packages must lie where these were handed in.

    `SystemExit` says it: another folder can be put into a package's `__path__`.
    """
    target = job["path"][0]
    # Of the package `given` the workbook may have lent its own.
    homes = {job["package"]: [target], "given": job["code"]}
    for name, module in list(sys.modules.items()):
        allowed = homes.get(name.partition(".")[0])
        if allowed is None:
            continue
        places = [*(getattr(module, "__path__", None) or ())]
        places += [getattr(module, "__file__", None) or target]
        for place in places:
            if not any(holds(home, os.path.realpath(place)) for home in allowed):
                print(f"{name} is not its own: it lies in {place}", file=sys.stderr)
                raise SystemExit(NO_PACKAGE)


def limit_resources(cpu_seconds: int) -> None:
    """Keep a runaway app from hurting the machine, where there are limits to set."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_AS, 4 << 30),
    ):
        # A stricter limit that is in force already stays.
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(kind, (value, value))


def exit_code(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code
    print(stop.code, file=sys.stderr)
    return 1


def leave(code: int) -> None:
    # Not sys.exit: threads that a learner left behind must not hold us back.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)
