"""Environments fit the Python that is asked for; every call of nox leads to ours."""

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import venvs
from grader.learner import machine
from grader.paths import ROOT

# A Python that notes how it was called, and makes what `-m venv` makes: another one.
FAKE = """#!/bin/sh
echo "PIP_USER=$PIP_USER PIP_TARGET=$PIP_TARGET $*" >> {log}
for last; do :; done
case "$*" in
*"-m venv"*) rm -rf "$last" && mkdir -p "$last/bin" && cp "$0" "$last/bin/python" ;;
esac
exit {code}
"""
NOX = """#!/bin/sh
test "$*" = "-I -S -c " || echo "$*"
"""
Fake = Callable[..., Path]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def fake(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Let environments be built by a script in the place of this Python."""

    def made(code: int = 0) -> Path:
        python = script(tmp_path / "python", FAKE.format(log=log, code=code))
        monkeypatch.setattr(sys, "executable", str(python))
        return python

    return made


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return path


def built(log: Path) -> int:
    """How many environments were built."""
    text = log.read_text("utf-8") if log.exists() else ""
    return text.count("-m venv --clear")


def test_an_environment_is_built_once(
    fake: Fake, tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake()
    first = venvs.ready(tmp_path / "env", ["left==1"])

    assert venvs.ready(tmp_path / "env", ["left==1"]) == first
    assert built(log) == 1
    assert "-I -m pip install -q left==1" in log.read_text("utf-8")
    assert capsys.readouterr().out.isascii(), "some terminals know no more"


def test_other_libraries_ask_for_another(fake: Fake, tmp_path: Path, log: Path) -> None:
    fake()
    for version in ("left==1", "left==2"):
        venvs.ready(tmp_path / "env", [version])

    assert built(log) == 2


@pytest.mark.parametrize("what", ["base_prefix", "EXT_SUFFIX"])
def test_another_interpreter_asks_for_another(
    what: str, fake: Fake, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake()
    venvs.ready(tmp_path / "env", [])
    if what == "base_prefix":
        monkeypatch.setattr(sys, "base_prefix", "/opt/other")
    else:
        monkeypatch.setattr(sysconfig, "get_config_var", lambda _: ".cpython-399")
    venvs.ready(tmp_path / "env", [])

    assert built(log) == 2


def test_an_environment_that_moved_is_another(tmp_path: Path) -> None:
    assert venvs.key_of(tmp_path / "a", []) != venvs.key_of(tmp_path / "b", [])


def dangling(python: Path) -> None:
    python.unlink()
    python.symlink_to("/nowhere/python3")


def broken(python: Path) -> None:
    script(python, "#!/bin/sh\nexit 127\n")


def gone(python: Path) -> None:
    shutil.rmtree(python.parent)


def half_built(python: Path) -> None:
    (python.parents[1] / "installed").unlink()


@pytest.mark.parametrize("harm", [dangling, broken, gone, half_built])
def test_what_is_broken_is_built_anew(
    harm: Callable[[Path], None], fake: Fake, tmp_path: Path, log: Path
) -> None:
    fake()
    python = venvs.ready(tmp_path / "env", [])
    harm(Path(python))

    assert venvs.ready(tmp_path / "env", []) == python
    assert built(log) == 2
    assert venvs.starts(Path(python))


def test_pip_installs_into_the_environment_whatever_the_user_prefers(
    fake: Fake, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake()
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    venvs.ready(tmp_path / "env", ["left==1"])

    assert "PIP_USER=0 PIP_TARGET= -I -m pip install" in log.read_text("utf-8")


def test_what_pytest_compiles_of_its_plugins_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for somebody who lets Python write no bytecode."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    home = tmp_path / "home"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    lib = venvs.packages(home)
    for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        shutil.copytree(venvs.packages(Path(sys.prefix)) / name, lib / name)
    shutil.copy(venvs.packages(Path(sys.prefix)) / "py.py", lib)
    (lib / "some_plugin.py").write_text("")
    info = lib / "some_plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: some-plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pytest11]\nsome = some_plugin\n")
    (info / "RECORD").write_text("some_plugin.py,,\n")

    venvs.compile_plugins(home / "bin" / "python", home)

    assert list(lib.glob("__pycache__/some_plugin.*-pytest-*.pyc"))


def test_what_cannot_be_built_says_so_and_is_tried_again(
    fake: Fake, tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(code=1)
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            venvs.ready(tmp_path / "env", [])
        assert ended.value.code == venvs.SETUP

    assert built(log) == 2
    assert f"{tmp_path / 'env'} could not be built" in capsys.readouterr().err


def test_every_group_is_there_for_authors() -> None:
    """A session that lacks what another installs is not possible."""
    groups = venvs.project()["dependency-groups"]

    assert {line.partition("==")[0] for line in venvs.pinned(*groups)} >= {
        "procrastinate",
        "mkdocs",
        "mypy",
        "nox",
        "pytest",
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["--noxfile", "HERE"]),
        (["-l"], ["-l", "--noxfile", "HERE"]),
        (["-f", "../x", "-s", "a"], ["-f", "../x", "-s", "a", "--noxfile", "HERE"]),
        (["-s", "a", "--", "b"], ["-s", "a", "--noxfile", "HERE", "--", "b"]),
        (["--", "--", "b"], ["--noxfile", "HERE", "--", "--", "b"]),
    ],
)
def test_nox_is_told_of_our_noxfile(words: list[str], expected: list[str]) -> None:
    here = str(ROOT / "noxfile.py")

    assert venvs.at_home(words) == [here if w == "HERE" else w for w in expected]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the noxfile needs, with a nox that only says how it was called."""
    home = tmp_path / "copy"
    (home / "grader").mkdir(parents=True)
    (home / "starter").mkdir()
    for name in ("__init__", "environment", "paths", "requirements", "venvs"):
        shutil.copy(ROOT / "grader" / f"{name}.py", home / "grader")
    for name in ("noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, home)
    script(home / ".nox/_boot/bin/python", NOX)
    key = venvs.key_of(home / ".nox/_boot", venvs.pinned("nox"))
    (home / ".nox/_boot/installed").write_text(key, "utf-8")
    return home


def run(*words: str, cwd: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *words]
    settings = {**os.environ, **env}
    return subprocess.run(
        command, cwd=cwd, env=settings, capture_output=True, text=True
    )


# As another nox loads it: its own is imported, and its arguments are in sys.argv.
LOADED = (
    "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='user_nox_module')"
)


@pytest.mark.parametrize(
    ("words", "folder", "env"),
    [
        (["noxfile.py"], ".", {}),
        (["../noxfile.py"], "starter", {}),
        (["noxfile.py"], ".", {"PYTHONSAFEPATH": "1"}),
        (["-c", LOADED, "noxfile.py"], ".", {}),
        (["-c", LOADED, "../noxfile.py"], "starter", {"PYTHONSAFEPATH": "1"}),
    ],
    ids=["plain", "from-below", "safe-path", "other-nox", "other-nox-from-below"],
)
def test_every_call_becomes_our_nox(
    copy: Path, words: list[str], folder: str, env: dict[str, str]
) -> None:
    done = run(*words, "-s", "grade", "--", "blog", cwd=copy / folder, **env)

    expected = f"-I -m nox -s grade --noxfile {copy / 'noxfile.py'} -- blog\n"
    assert (done.stderr, done.stdout) == ("", expected)


def test_too_old_a_python_gets_one_sentence_and_nothing_is_built(copy: Path) -> None:
    older = "import runpy, sys; sys.version_info = (3, 10, 13); "
    shutil.rmtree(copy / ".nox")
    done = run("-c", f"{older} runpy.run_path('noxfile.py')", cwd=copy)

    assert (done.returncode, done.stdout) == (venvs.SETUP, "")
    [sentence] = done.stderr.splitlines()
    assert "needs Python 3.11 or newer" in sentence
    assert f"{sys.executable} is 3.10" in sentence
    assert not (copy / ".nox").exists()


def test_the_noxfile_is_no_syntax_error_in_an_older_python() -> None:
    ast.parse((ROOT / "noxfile.py").read_text("utf-8"), feature_version=(3, 7))


def test_the_oldest_python_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = ".".join(map(str, machine.OLDEST))

    assert project["project"]["requires-python"] == f">={oldest}"
    assert f"OLDEST = {machine.OLDEST}" in (ROOT / "noxfile.py").read_text("utf-8")


@pytest.fixture
def installed(copy: Path) -> Path:
    """The copy with the nox of this environment, and with a grader that fails."""
    shutil.rmtree(copy / ".nox/_boot")
    (copy / ".nox/_boot").symlink_to(sys.prefix)
    python = copy / ".nox/workbook/bin/python"
    script(python, '#!/bin/sh\ntest "$*" = "-I -S -c " || { echo 0 of 10; exit 1; }')
    wanted = [*venvs.libraries(), *venvs.pinned("grade", "learn")]
    key = venvs.key_of(copy / ".nox/workbook", wanted)
    (copy / ".nox/workbook/installed").write_text(key, "utf-8")
    return copy


def test_nothing_of_nox_stands_around_a_report(installed: Path) -> None:
    done = run("-m", "nox", "-s", "grade", "--", "blog", cwd=installed)

    assert (done.returncode, done.stdout, done.stderr) == (0, "0 of 10\n", "")


def test_all_of_it_is_shown_when_asked_for(installed: Path) -> None:
    done = run("-m", "nox", "-v", "-s", "grade", "--", "blog", cwd=installed)

    assert "0 of 10" in done.stdout
    assert "Session grade was successful" in done.stderr


def test_a_score_that_is_too_low_is_an_error(installed: Path) -> None:
    done = run("-m", "nox", "-s", "grade", "--", "--min-score=5", cwd=installed)

    assert done.returncode == 1
    assert "Session grade failed" in done.stderr
