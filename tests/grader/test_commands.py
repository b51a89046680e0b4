"""Where a command is told of besides its own module: no place forgets one."""

import pytest

from grader.cli import COMMANDS
from grader.paths import ROOT
from grader.texts import LANGUAGES, catalogue

FOLDER = ROOT / "grader" / "commands"
# README and guide tell learners; these are for authors.
FOR_AUTHORS = {"starter", "prove", "mutants"}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_module_is_a_command() -> None:
    modules = {path.stem.rstrip("_") for path in FOLDER.glob("[!_]*.py")}

    assert modules == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_its_help_and_a_session(name: str) -> None:
    for language in LANGUAGES:
        assert f"help.{name}" in catalogue(language)
    assert f'"{name}"' in read("noxfile.py")
    # It is run from nothing, too.
    assert f'"{name}": ' in read(".ci/sessions")


@pytest.mark.parametrize("name", sorted({*COMMANDS} - FOR_AUTHORS))
def test_learners_are_told_of_the_command(name: str) -> None:
    assert f"nox -s {name}" in read("README.md")


@pytest.mark.parametrize("name", sorted(FOR_AUTHORS))
def test_authors_are_told_of_the_command(name: str) -> None:
    assert f"nox -s {name}" in read("CONTRIBUTING.md")
