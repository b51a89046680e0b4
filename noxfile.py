"""Everything that is run here, a session each; plain Python fetches nox by itself."""

import logging
import os
import pathlib
import sys
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parent
OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    oldest, here = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:2]))
    print(
        f"The workbook needs Python {oldest} or newer; {sys.executable} is {here}. "
        "Call a newer one by its name: python3.13 noxfile.py",
        file=sys.stderr,
    )
    sys.exit(2)

# Neither nox nor a safe path (-P) would find the grader beside this file.
sys.path.insert(0, str(ROOT))

from grader import environment, requirements, venvs

# What is meant for another Python would keep those in .nox/ from starting.
for name in environment.of_python(os.environ):
    del os.environ[name]

if not venvs.in_our_nox():
    venvs.hand_over(sys.argv[1:])

import nox

if logging.root.level >= logging.DEBUG:
    # Only -v goes below: without it, nothing of nox's stands around a report.
    logging.getLogger("nox").setLevel(logging.WARNING)

nox.options.sessions = ["grade"]
nox.options.force_venv_backend = "none"


def grader(session: nox.Session, *arguments: str, codes: Sequence[int] = (0,)) -> None:
    """Run a command of the grader in the environment that learners have."""
    command = (venvs.for_learners(), "-m", "grader", *arguments)
    runs_apps = arguments[0] in ("grade", "watch", "serve")
    env = requirements.for_command(arguments) if runs_apps else {}
    session.run(*command, success_codes=list(codes), env=env)


@nox.session
def grade(session: nox.Session) -> None:
    """Grade your work: nox -s grade -- blog --stage 3 --lang zh."""
    # A finished grading is no failure of nox; only --min-score makes it one.
    gate = any(word.startswith("--min-score") for word in session.posargs)
    grader(session, "grade", *session.posargs, codes=(0,) if gate else (0, 1))


@nox.session
def watch(session: nox.Session) -> None:
    """Grade the stage in work at each save: nox -s watch -- blog."""
    grader(session, "watch", *session.posargs)


@nox.session
def hint(session: nox.Session) -> None:
    """Show the next hint of a stage: nox -s hint -- blog 3."""
    grader(session, "hint", *session.posargs)


@nox.session
def compare(session: nox.Session) -> None:
    """Show your code beside the reference's: nox -s compare -- blog 3."""
    grader(session, "compare", *session.posargs)


@nox.session
def progress(session: nox.Session) -> None:
    """Show how far you have come: nox -s progress."""
    grader(session, "progress", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """Run your app with a database and reload: nox -s serve -- blog."""
    grader(session, "serve", *session.posargs)


@nox.session(name="try")
def try_(session: nox.Session) -> None:
    """Run your own tests as the grader does: nox -s try -- blog -k slug -x."""
    grader(session, "try", *session.posargs, codes=(0, 1))


@nox.session
def reset(session: nox.Session) -> None:
    """Give the starter back, keep a backup: nox -s reset -- blog --stage 3."""
    grader(session, "reset", *session.posargs)


@nox.session
def restore(session: nox.Session) -> None:
    """Bring a backup back: nox -s restore -- blog."""
    grader(session, "restore", *session.posargs)


@nox.session
def report(session: nox.Session) -> None:
    """Show a saved result again: nox -s report -- FILE --html report.html."""
    grader(session, "report", *session.posargs)


@nox.session
def doctor(session: nox.Session) -> None:
    """Check this machine, and say how to mend what is amiss."""
    grader(session, "doctor", *session.posargs, codes=(0, 1))


@nox.session
def cohort(session: nox.Session) -> None:
    """Grade a class: nox -s cohort -- FOLDER blog shop --out results."""
    # A finished grading is no failure of nox.
    command = (venvs.for_classes(), "-m", "grader", "cohort", *session.posargs)
    session.run(*command, success_codes=[0, 1])


@nox.session
def package(session: nox.Session) -> None:
    """Pack an autograder to upload: nox -s package -- gradescope shop."""
    grader(session, "package", *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Prove the verdicts in full: planted bugs are refused, correct variants pass."""
    grader(session, "prove", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Measure a suite with mutants of the reference: nox -s mutants -- blog."""
    grader(session, "mutants", *session.posargs)


@nox.session
def starter(session: nox.Session) -> None:
    """Write starter/ anew from solutions/ (authors only; the old one is kept aside)."""
    grader(session, "starter", *session.posargs)


def module(session: nox.Session, *words: str, **env: str) -> None:
    """Run a module in the environment that has everything."""
    session.run(venvs.for_authors(), "-m", *words, env=env)


@nox.session
def tests(session: nox.Session) -> None:
    """Check the workbook itself: its tests, the proof in short, lint and types."""
    module(session, "pytest", *session.posargs)
    module(session, "grader", "prove", "--part", "quick")
    lint(session)
    types(session)


@nox.session
def docs(session: nox.Session) -> None:
    """Check and build the site into site/; or: nox -s docs -- serve, -- write."""
    # Material's notice about MkDocs 2 is about no version that is used here.
    quiet = {"NO_MKDOCS_2_WARNING": "1"}
    if session.posargs[:1] == ["serve"]:
        module(session, "mkdocs", "serve", *session.posargs[1:], **quiet)
    elif session.posargs == ["write"]:
        module(session, "docs.generate")
    else:
        module(session, "pytest", "tests/site", "docs/examples")
        # Never with -q: it hides broken links, and then ends well.
        module(session, "mkdocs", "build", "--strict", *session.posargs, **quiet)


CHECKED = ("benchmarks", "docs", "grader", "solutions", "tests", "noxfile.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting with ruff."""
    module(session, "ruff", "check", *CHECKED)
    module(session, "ruff", "format", "--check", *CHECKED)


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy --strict."""
    module(
        session,
        "mypy",
        "benchmarks",
        "grader",
        "tests",
        "noxfile.py",
        MYPYPATH="solutions",
    )
    module(session, "mypy", "docs/examples")
    module(session, "mypy", "-p", "docs.generate", "-p", "docs.hooks")
    found = sorted(path.name for path in (ROOT / "solutions").glob("*/"))
    packages = [word for name in found for word in ("-p", name)]
    module(session, "mypy", *packages, MYPYPATH="solutions")
