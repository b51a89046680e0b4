"""Unpacks a zip of somebody else's: what climbs, links or swells is refused whole."""

import re
import stat
import zipfile
import zlib
from pathlib import Path

from grader.texts import Text

# A package is a few hundred kilobytes; this much is an environment or a joke.
LARGEST_BYTES, MOST_FILES = 200 << 20, 20_000
# What no student wrote, and much of it: left in the archive.
SKIPPED = {"__MACOSX", "__pycache__", "node_modules", ".git", ".venv", "venv"}
UTF8_NAME, ENCRYPTED = 0x800, 0x1


class Refused(Exception):
    """The archive is not unpacked; `text` says why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.text = Text(f"cohort.{key}", params)


def unpack(archive: Path, into: Path) -> None:
    """Unpack all of it below a new folder `into`, or raise Refused."""
    try:
        with zipfile.ZipFile(archive) as file:
            wanted = [(m, name_of(m)) for m in file.infolist() if not m.is_dir()]
            wanted = [(m, name) for m, name in wanted if not _skipped(name)]
            _check(wanted)
            for member, name in wanted:
                path = into / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with file.open(member) as packed:
                    # Sizes in a directory may lie; no more than it says is read.
                    path.write_bytes(packed.read(member.file_size))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise Refused("bad_zip") from error
    except (ValueError, OSError) as error:
        # A name that this system does not take, or a full disk.
        raise Refused("not_unpacked", reason=str(error)) from error
    into.mkdir(parents=True, exist_ok=True)


def name_of(member: zipfile.ZipInfo) -> str:
    """The name that was meant: Windows in China writes it in GBK, and says nothing."""
    name = member.filename
    if not member.flag_bits & UTF8_NAME:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name
        for encoding in ("utf-8", "gbk"):
            try:
                return raw.decode(encoding).replace("\\", "/")
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _skipped(name: str) -> bool:
    return bool(SKIPPED & set(name.split("/")))


def _check(members: list[tuple[zipfile.ZipInfo, str]]) -> None:
    for member, name in members:
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
            raise Refused("zip_climbs", name=name)
        if ".." in name.split("/"):
            raise Refused("zip_climbs", name=name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Refused("zip_links", name=name)
        if member.flag_bits & ENCRYPTED:
            raise Refused("zip_locked")
    size = sum(member.file_size for member, _ in members)
    if size > LARGEST_BYTES or len(members) > MOST_FILES:
        raise Refused("zip_large", megabytes=size >> 20, files=len(members))
