"""Keeps the environments in `.nox/`, with nothing but what each Python brings along."""

import os
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from pathlib import Path

from grader.paths import ROOT

HOME = ROOT / ".nox"
NOX = HOME / "_boot"
SETUP = 2
# By these, pip would install somewhere else, or not all of it.
ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_DEPS", "PIP_DRY_RUN")


def in_our_nox() -> bool:
    return NOX.exists() and os.path.samefile(sys.prefix, NOX)


def hand_over(arguments: Sequence[str]) -> None:
    """Become the nox that is pinned, whichever Python or nox was called."""
    python = ready(NOX, pinned("nox"))
    command = [python, "-I", "-m", "nox", *at_home(arguments)]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    # No parent stays behind that would die of Ctrl-C before its child has cleaned up.
    sys.stdout.flush()
    os.execv(python, command)


def at_home(arguments: Sequence[str]) -> list[str]:
    """The arguments of nox, with our noxfile: it may be called from anywhere."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    noxfile = ("--noxfile", str(ROOT / "noxfile.py"))
    return [*arguments[:end], *noxfile, *arguments[end:]]


def for_learners() -> str:
    """The Python of the environment that all commands of learners share."""
    return ready(HOME / "workbook", [*libraries(), *pinned("grade", "learn")])


def for_classes() -> str:
    """The Python of the environment that grades a class."""
    groups = pinned("grade", "learn", "cohort")
    return ready(HOME / "cohort", [*libraries(), *groups])


def for_authors() -> str:
    """The Python of the environment that has everything."""
    groups = project()["dependency-groups"]
    return ready(HOME / "authors", [*libraries(), *pinned(*groups)])


def project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def libraries() -> list[str]:
    return project()["project"]["dependencies"]


def pinned(*groups: str) -> list[str]:
    return [line for name in groups for line in project()["dependency-groups"][name]]


def ready(
    home: Path,
    requirements: Sequence[str],
    *,
    words: Sequence[str] = (),
    above: Path | None = None,
) -> str:
    """Return the Python of an environment, which is built anew when it must be.

    `words` ask pip for the requirements, when these are in a file. An environment
    `above` others finds the libraries in their folder too.
    """
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, key = home / "installed", key_of(home, requirements)
    if not (holds(stamp, key) and starts(python)):
        print(f"Building .nox/{home.name}, once ...", flush=True)
        build(home, python, words or requirements, above)
        stamp.write_text(key, "utf-8")
    return str(python)


def key_of(home: Path, requirements: Sequence[str]) -> str:
    """What an environment is good for: a place, an interpreter, and these libraries."""
    interpreter = (sys.base_prefix, sysconfig.get_config_var("EXT_SUFFIX"))
    return "\n".join([str(home), *map(str, interpreter), *requirements])


def holds(stamp: Path, key: str) -> bool:
    return stamp.is_file() and stamp.read_text("utf-8") == key


def starts(python: Path) -> bool:
    """Not so when the interpreter behind it was upgraded away."""
    command = [str(python), "-I", "-S", "-c", ""]
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def packages(home: Path) -> Path:
    """Where the libraries of an environment lie."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))


def build(
    home: Path, python: Path, words: Sequence[str], above: Path | None = None
) -> None:
    # Isolated, so that PYTHONPATH and PYTHONHOME of another project do not reach in.
    venv = [sys.executable, "-I", "-m", "venv", "--clear", str(home)]
    pip = [str(python), "-I", "-m", "pip", "install", "-q"]
    # The user's index is wanted; "user = true" is not possible in an environment.
    env = {k: v for k, v in os.environ.items() if k not in ELSEWHERE}
    env |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        subprocess.run(venv, check=True)
        if above:
            (packages(home) / "above.pth").write_text(f"{above}\n", "utf-8")
        subprocess.run([*pip, *words], env=env, check=True)
        compile_plugins(python, home)
    except subprocess.CalledProcessError:
        print(f"{home} could not be built: see above.", file=sys.stderr)
        sys.exit(SETUP)


def compile_plugins(python: Path, home: Path) -> None:
    """Let pytest keep what it compiles of its plugins, where it is installed.

    It compiles them in a way of its own, and would do so in every run for somebody who
    has PYTHONDONTWRITEBYTECODE set: `-I` does not heed it.
    """
    nothing = home / "nothing"
    nothing.mkdir()
    command = [str(python), "-I", "-m", "pytest", "-q", "-pno:cacheprovider"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    subprocess.run([*command, str(nothing)], env=env, capture_output=True)
