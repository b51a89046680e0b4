"""Of a folder, all that lies around a place in it which is to stay hidden."""

import os
from collections.abc import Iterable, Iterator


def around(paths: Iterable[str], hidden: str) -> Iterator[str]:
    """The paths, and of a folder that holds `hidden` its other files and folders.

    A path below `hidden` was named on purpose, and stays. `hidden` is a real path.
    """
    split = set[str]()
    for path in paths:
        real = os.path.realpath(path)
        if holds(real, hidden):
            yield from beside(real, hidden, split)
        else:
            yield path


def beside(folder: str, hidden: str, split: set[str]) -> Iterator[str]:
    """What lies in `folder` and has nothing of `hidden`, also not by a link.

    `split` are the folders that are done: a link may lead back to one of them.
    """
    if folder == hidden or folder in split:
        return
    split.add(folder)
    for name in names(folder):
        real = os.path.realpath(os.path.join(folder, name))
        if holds(real, hidden):
            yield from beside(real, hidden, split)
        elif not holds(hidden, real):
            yield real


def names(folder: str) -> list[str]:
    """What is in a folder; nothing if it may not be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def holds(folder: str, path: str) -> bool:
    """Whether a real path is a folder, or lies in it."""
    return os.path.commonpath([folder, path]) == folder
