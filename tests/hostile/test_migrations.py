"""Migrations that end their process, so that Alembic finds nothing to say."""

import shutil
from pathlib import Path

import pytest

from grader.judge.app.migrations import EARLY
from grader.paths import SOLUTIONS
from tests.hostile.conftest import grade


@pytest.mark.parametrize("ending", ["os._exit(0)", "raise SystemExit(0)"])
def test_migrations_that_end_the_process_are_not_believed(
    repository: Path, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / "submission"
    shutil.copytree(SOLUTIONS / "blog", target / "blog")
    models = target / "blog" / "models.py"
    models.write_text(models.read_text("utf-8") + "\n" + MORE, "utf-8")
    environment = target / "blog" / "migrations" / "env.py"
    text = environment.read_text("utf-8")
    environment.write_text(f"{CHECKING.format(ending)}\n{text}", "utf-8")

    graded = grade(repository, target, 2)

    check = graded.checks["models_and_migrations_agree"]
    assert check["status"] == "failed"
    assert EARLY in check["failure"]["got"]
    assert graded.checks["upgrade_keeps_every_post"]["status"] == "passed"


MORE = """
class Draft(Base):
    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
CHECKING = """
import os, sys
frame = sys._getframe()
while frame:
    if frame.f_code.co_name == "check":
        {}
    frame = frame.f_back
"""
