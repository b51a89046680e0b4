"""How many things run side by side."""

import os
from pathlib import Path

import pytest

from grader.cores import JOBS, cores, positive, share, use


def test_what_jobs_says_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "1")
    use(7)

    assert cores() == 7


def test_the_machine_says_it_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(JOBS, raising=False)
    use(None)

    assert 1 <= cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("limit", "cores_of_it"), [("150000 100000", 2), ("50000 100000", 1)]
)
def test_share_of_a_container(tmp_path: Path, limit: str, cores_of_it: int) -> None:
    (tmp_path / "cpu.max").write_text(limit)

    assert share(tmp_path / "cpu.max") == cores_of_it


def test_no_limit_leaves_all(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("max 100000")

    assert share(tmp_path / "cpu.max") == share(tmp_path / "none") == os.cpu_count()


@pytest.mark.parametrize(
    ("text", "said"), [("0", "0"), ("-1", "-1"), ("x", "'x'"), ("", "''")]
)
def test_jobs_is_a_number_from_one_on(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"{said}$"):
        positive(text)
