"""Everything that is run here, a session each; plain Python fetches nox by itself."""

import hashlib
import importlib.util
import os
import pathlib
import subprocess
import sys
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parent

try:
    import nox
except ModuleNotFoundError:
    boot = ROOT / ".nox" / "_boot"
    python = boot / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = boot / "ready"
    if not ready.exists():
        print("Fetching nox into .nox/_boot, once …", flush=True)
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(boot)])
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.check_call([*pip, "nox[uv]==2026.10.20"])
        ready.touch()
    sys.exit(subprocess.call([str(python), __file__, *sys.argv[1:]]))

# As pip does: certificates that the machine trusts, a company's proxy among them.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")

nox.options.sessions = ["grade"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")


def prepare(session: nox.Session, *groups: str) -> None:
    """Install the project's libraries and `groups`, unless that is done already."""
    wanted = [
        *PROJECT["project"]["dependencies"],
        *nox.project.dependency_groups(PROJECT, *groups),
    ]
    stamp = pathlib.Path(session.virtualenv.location) / "installed"
    key = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == key:
        return
    session.install("-q", *wanted)
    # With bytecode the libraries are imported three times as fast.
    compiling = ("python", "-m", "compileall", "-q", "-j0", library(session))
    session.run(*compiling, silent=True)
    stamp.write_text(key)


def library(session: nox.Session) -> str:
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return str(session.run("python", "-c", where, silent=True)).strip()


def grader(session: nox.Session, *arguments: str, codes: Sequence[int] = (0,)) -> None:
    session.run("python", "-m", "grader", *arguments, success_codes=list(codes))


def workbook(
    session: nox.Session, *arguments: str, codes: Sequence[int] = (0,)
) -> None:
    """Run a command of the learner's in the one environment that all of them share."""
    home = ROOT / ".nox" / "workbook"
    python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    wanted = [
        *PROJECT["project"]["dependencies"],
        *nox.project.dependency_groups(PROJECT, "grade", "learn"),
    ]
    key = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    stamp = home / "installed"
    if not stamp.exists() or stamp.read_text() != key:
        print("Fetching libraries into .nox/workbook, once …", flush=True)
        session.run(sys.executable, "-m", "venv", str(home), external=True)
        uv = importlib.util.find_spec("uv")
        tool = [sys.executable, "-m", "uv", "pip", "install", "--python", python]
        if uv is None:
            tool = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        session.run(*tool, "-q", *wanted, external=True)
        # With bytecode the libraries are imported three times as fast.
        compiling = (python, "-m", "compileall", "-q", "-j0", str(home / "lib"))
        session.run(*compiling, external=True, silent=True, success_codes=[0, 1])
        stamp.write_text(key)
    command = (python, "-m", "grader", *arguments)
    session.run(*command, external=True, success_codes=list(codes))


@nox.session(venv_backend="none")
def grade(session: nox.Session) -> None:
    """Grade your work: nox -s grade -- blog --stage 3 --lang zh."""
    # A finished grading is no failure of nox; only --min-score makes it one.
    gate = any(word.startswith("--min-score") for word in session.posargs)
    workbook(session, "grade", *session.posargs, codes=(0,) if gate else (0, 1))


@nox.session(venv_backend="none")
def watch(session: nox.Session) -> None:
    """Grade the stage in work at each save: nox -s watch -- blog."""
    workbook(session, "watch", *session.posargs)


@nox.session(venv_backend="none")
def hint(session: nox.Session) -> None:
    """Show the next hint of a stage: nox -s hint -- blog 3."""
    workbook(session, "hint", *session.posargs)


@nox.session(venv_backend="none")
def compare(session: nox.Session) -> None:
    """Show your code beside the reference's: nox -s compare -- blog 3."""
    workbook(session, "compare", *session.posargs)


@nox.session(venv_backend="none")
def progress(session: nox.Session) -> None:
    """Show how far you have come: nox -s progress."""
    workbook(session, "progress", *session.posargs)


@nox.session(venv_backend="none")
def serve(session: nox.Session) -> None:
    """Run your app with a database and reload: nox -s serve -- blog."""
    workbook(session, "serve", *session.posargs)


@nox.session(venv_backend="none")
def reset(session: nox.Session) -> None:
    """Give the starter back, keep a backup: nox -s reset -- blog --stage 3."""
    workbook(session, "reset", *session.posargs)


@nox.session(venv_backend="none")
def restore(session: nox.Session) -> None:
    """Bring a backup back: nox -s restore -- blog."""
    workbook(session, "restore", *session.posargs)


@nox.session(venv_backend="none")
def report(session: nox.Session) -> None:
    """Show a saved result again: nox -s report -- FILE --html report.html."""
    workbook(session, "report", *session.posargs)


@nox.session(venv_backend="none")
def doctor(session: nox.Session) -> None:
    """Check this machine, and say how to mend what is amiss."""
    workbook(session, "doctor", *session.posargs, codes=(0, 1))


@nox.session
def tests(session: nox.Session) -> None:
    """Check the workbook itself: its tests, the proof in short, lint and types."""
    prepare(session, "grade", "learn", "check", "docs", "browser")
    session.run("python", "-m", "pytest", *session.posargs)
    grader(session, "prove", "--part", "quick")
    run_lint(session)
    run_types(session)


@nox.session
def prove(session: nox.Session) -> None:
    """Prove the verdicts in full: planted bugs are refused, correct variants pass."""
    prepare(session, "grade", "learn")
    grader(session, "prove", *session.posargs)


@nox.session
def starter(session: nox.Session) -> None:
    """Write starter/ anew from solutions/ (authors only; the old one is kept aside)."""
    prepare(session, "grade", "learn")
    grader(session, "starter", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Check and build the site into site/; or: nox -s docs -- serve, -- write."""
    # The examples are tests, and one of them is of a library that only they use.
    prepare(session, "grade", "learn", "check", "docs", "browser")
    mkdocs = ("python", "-m", "mkdocs")
    # Material's notice about MkDocs 2 is about no version that is used here.
    env = {"NO_MKDOCS_2_WARNING": "1"}
    if session.posargs[:1] == ["serve"]:
        session.run(*mkdocs, "serve", *session.posargs[1:], env=env)
    elif session.posargs == ["write"]:
        session.run("python", "-m", "docs.generate")
    else:
        session.run("python", "-m", "pytest", "tests/site", "docs/examples")
        # Never with -q: it hides broken links, and then ends well.
        session.run(*mkdocs, "build", "--strict", *session.posargs, env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting with ruff."""
    prepare(session, "grade", "learn", "check")
    run_lint(session)


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy --strict."""
    prepare(session, "grade", "learn", "check", "docs", "browser")
    run_types(session)


CHECKED = ("docs", "grader", "solutions", "tests", "noxfile.py")


def run_lint(session: nox.Session) -> None:
    session.run("ruff", "check", *CHECKED)
    session.run("ruff", "format", "--check", *CHECKED)


def run_types(session: nox.Session) -> None:
    session.run("mypy", "grader", "tests", env={"MYPYPATH": "solutions:docs/hooks"})
    session.run("mypy", "docs/hooks", "docs/examples")
    session.run("mypy", "-p", "docs.generate")
    found = sorted(path.name for path in (ROOT / "solutions").glob("*/"))
    packages = [word for name in found for word in ("-p", name)]
    session.run("mypy", *packages, env={"MYPYPATH": "solutions"})


if __name__ == "__main__":
    nox.main()
