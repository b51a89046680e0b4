"""Which files of a package are its author's, and how Python reads them.

Editors, systems and tools leave more beside them: locks that are dangling links,
scratch files, caches, whole environments. None of that is graded, copied or compared.
"""

import io
import os
import stat
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

# What is larger is data that somebody dropped there.
LARGEST = 8 << 20
CACHES = {"__pycache__", "node_modules"}
SCRATCH = ("~", "#", ".pyc", ".pyo", ".tmp", ".bak")


def files_of(folder: Path) -> Iterator[Path]:
    """The files below a folder that are somebody's work, in a fixed order."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if not _is_a_tools(Path(parent, n))]
        found += [Path(parent, n) for n in names if not _is_scratch(n)]
    yield from (path for path in sorted(found) if _is_kept(path))


def write_files(files: Mapping[str, str | bytes], target: Path) -> None:
    """Lay files out below a folder, by their names in it; text becomes UTF-8."""
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, "utf-8")
        else:
            path.write_bytes(content)


def links_out(folder: Path, target: Path) -> Iterator[Path]:
    """The links in a folder that lead to something outside of `target`."""
    if _leads_out(folder, target):
        yield folder
        return
    for parent, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if not _is_a_tools(Path(parent, n))]
        yield from (
            p for n in folders + names if _leads_out(p := Path(parent, n), target)
        )


def _leads_out(path: Path, target: Path) -> bool:
    # Editors lock files by links to nowhere.
    if not path.is_symlink() or not path.exists():
        return False
    return not path.resolve().is_relative_to(target.resolve())


def _is_a_tools(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in CACHES
    return hidden or (folder / "pyvenv.cfg").exists()


def _is_scratch(name: str) -> bool:
    hidden = name.startswith(".") and not name.startswith(".env")
    # Vim tries a folder with a file that is only a number.
    return hidden or name.endswith(SCRATCH) or name.isdigit()


def _is_kept(path: Path) -> bool:
    try:
        state = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size <= LARGEST


def content(path: Path) -> bytes:
    """What a file says, however git or an editor ended its lines."""
    try:
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return b""


def source(content: bytes) -> tuple[str, str]:
    """The text of a module, and its encoding, as Python itself finds it.

    SyntaxError or ValueError when it is none.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding), encoding
