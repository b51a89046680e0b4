"""What an app imports: its own package, and `given` from the workbook or its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.catalogue import Problem, load
from grader.judge.app.import_path import import_path
from grader.judge.app.schema import schema_key
from grader.learner import start_over
from grader.learner.home import ELSEWHERE
from grader.paths import SOLUTIONS, STARTER
from grader.run import Engine


@pytest.fixture
def shop() -> Problem:
    return load("shop")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The reference of the shop, without `given` beside it."""
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOLUTIONS / "shop", tmp_path / "work" / "shop", ignore=skip)
    return tmp_path / "work"


def own_given(target: Path) -> Path:
    """Give the target a `given` of its own, which is another than the workbook's."""
    shutil.copytree(SOLUTIONS / "given", target / "given")
    with (target / "given" / "models.py").open("a") as file:
        file.write("# Mine.\n")
    return target / "given"


def file_of(module: str, target: Path) -> Path:
    """The file that an app of this target imports as `module`."""
    code = f"import {module} as found; print(found.__file__)"
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(import_path(load("shop"), target)),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd="/", capture_output=True, text=True
    )
    return Path(done.stdout.strip() or done.stderr)


def test_starter_holds_no_given() -> None:
    assert not list(STARTER.glob("given/*.py"))


def test_given_is_imported_from_the_workbook(target: Path) -> None:
    assert file_of("given.models", target) == SOLUTIONS / "given" / "models.py"
    assert file_of("shop.models", target) == target / "shop" / "models.py"


def test_given_in_the_target_wins(target: Path) -> None:
    given = own_given(target)

    assert file_of("given.models", target) == given / "models.py"


def test_left_over_caches_are_no_given(target: Path) -> None:
    """They stay where git has removed a package."""
    (target / "given" / "__pycache__").mkdir(parents=True)

    assert file_of("given.models", target) == SOLUTIONS / "given" / "models.py"


def test_reference_is_never_imported(target: Path) -> None:
    """A package without an `__init__.py` comes after one that has it, on any path."""
    (target / "shop" / "__init__.py").unlink()

    assert file_of("shop.models", target) == target / "shop" / "models.py"
    assert not file_of("blog.models", target).exists()


def test_blog_is_not_given_its_own_lessons(blog: Problem, tmp_path: Path) -> None:
    assert import_path(blog, tmp_path) == [str(tmp_path)]


def test_app_without_given_is_graded(
    engine: Engine, shop: Problem, target: Path
) -> None:
    result = engine.grade([shop], target, "en", [1])

    [stage] = result.problems[0].stages
    assert stage.score == stage.points


def test_schema_depends_on_the_given_that_is_imported(
    shop: Problem, target: Path
) -> None:
    before = schema_key(shop, target)

    given = own_given(target)
    copied = schema_key(shop, target)
    (given / "migrate.py").write_text("raise SystemExit\n")

    assert len({before, copied, schema_key(shop, target)}) == 3


def test_reset_sets_an_own_given_aside(
    shop: Problem, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, str(target / "home"))
    given = own_given(target)

    changed, backup = start_over.reset(shop, target)
    assert changed
    assert backup
    assert backup.packages == ["given", "shop"]
    assert not given.exists()

    start_over.restore(shop, None, target)
    assert "Mine." in (given / "models.py").read_text()


def test_reset_leaves_a_copy_of_given(
    shop: Problem, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ELSEWHERE, str(target / "home"))
    shutil.copytree(SOLUTIONS / "given", target / "given")

    _, backup = start_over.reset(shop, target)

    assert backup
    assert backup.packages == ["shop"]
    assert (target / "given" / "models.py").exists()
