"""A zip is unpacked as it was meant, or not at all."""

import stat
import zipfile
from pathlib import Path

import pytest

from grader.cohort import archive
from grader.cohort.archive import Refused, unpack
from tests.cohort.conftest import pack


def test_names_that_windows_wrote_in_chinese(tmp_path: Path) -> None:
    """Such a zip does not say that its names are GBK."""
    path = pack(tmp_path / "x.zip", {"AAAA.py": "1"})
    path.write_bytes(path.read_bytes().replace(b"AAAA", "作业".encode("gbk")))

    unpack(path, tmp_path / "out")

    assert (tmp_path / "out/作业.py").read_text() == "1"


def test_environments_stay_in_the_archive(tmp_path: Path) -> None:
    names = ("blog/a.py", ".venv/b.py", "__MACOSX/blog/c.py", "blog/__pycache__/d.pyc")
    unpack(pack(tmp_path / "x.zip", dict.fromkeys(names, "")), tmp_path / "out")

    found = [p.name for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert found == ["a.py"]


def test_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("blog/main.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(link, "/etc/passwd")

    with pytest.raises(Refused, match="zip_links"):
        unpack(tmp_path / "x.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_swells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_BYTES", 1000)

    with pytest.raises(Refused, match="zip_large"):
        unpack(pack(tmp_path / "x.zip", {"a.py": "x" * 1001}), tmp_path / "out")


def test_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {"a.py": "x" * 1000})
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])

    with pytest.raises(Refused, match="bad_zip"):
        unpack(path, tmp_path / "out")
