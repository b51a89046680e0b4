"""Draws what the commands of the learner's loop print, as SVG, in both languages.

    python -m docs.generate.captures

Plays a short story in a copy of the workbook: an app with one fault is watched, mended,
looked at and reset. Takes some minutes, so it is run by hand; the pictures are kept.
"""

import html
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from grader.catalogue import load
from grader.judge.own_tests.edits import planted_bugs
from grader.paths import ROOT

PICTURES = ROOT / "docs" / "guides" / "captures"
WIDTH, LINES = 96, 44
PATIENCE_SECONDS = 120.0
COPIED = ("grader", "problems", "solutions", "starter", "tests", "pyproject.toml")
# Colours without a terminal, and no bar that moves.
LOOKS = {
    "FORCE_COLOR": "1",
    "TTY_INTERACTIVE": "0",
    "COLUMNS": str(WIDTH),
    "PYTHONUNBUFFERED": "1",
}
FAULT = "equal-titles-clash"
# What the README shows: two writers meet.
RACE = "blind-update"


class Story:
    """A learner's workbook, and the commands that are typed in it."""

    def __init__(self, home: Path, language: str) -> None:
        self.home, self.language = home, language
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".*")
                shutil.copytree(source, home / name, ignore=ignored)
            else:
                shutil.copy(source, home / name)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "grader", *words, "--lang", self.language],
            cwd=self.home,
            env={**os.environ, **LOOKS, "PYTHONPATH": str(self.home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def picture(self, name: str, *words: str) -> None:
        """Run a command to its end and draw what it printed."""
        self.draw(name, words, self.start(*words).communicate()[0].decode())

    def while_it_runs(self, name: str, *words: str, until: str, save: str = "") -> None:
        """Draw a command that goes on until it is stopped.

        After `save` was printed the app's fault is mended; after `until` all is seen.
        """
        running = self.start(*words)
        assert running.stdout
        printed, deadline = "", time.monotonic() + PATIENCE_SECONDS
        try:
            while not re.search(until, printed):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{words}: {until!r} not in {printed!r}")
                if select.select([running.stdout], [], [], 0.1)[0]:
                    printed += os.read(running.stdout.fileno(), 65536).decode()
                if save and re.search(save, printed):
                    save = ""
                    self.mend()
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(PATIENCE_SECONDS)
        self.draw(name, words, printed)

    def break_it(self, fault: str) -> None:
        """The reference as the learner's work, with one fault."""
        shutil.rmtree(self.home / "starter" / "blog")
        bug = next(b for b in planted_bugs(load("blog")) if b.id == fault)
        bug.build(load("blog"), self.home / "starter")

    def mend(self) -> None:
        shutil.copytree(
            self.home / "solutions" / "blog",
            self.home / "starter" / "blog",
            dirs_exist_ok=True,
        )

    def draw(self, name: str, words: tuple[str, ...], printed: str) -> None:
        lines = anywhere(printed, self.home).strip("\n").split("\n")
        command = f"$ nox -s {words[0]} -- {' '.join([*words[1:], '--lang'])}"
        shown = [f"{command} {self.language}", "", *lines[:LINES]]
        if len(lines) > LINES:
            shown.append("…")
        with Path(os.devnull).open("w") as nowhere:
            console = Console(record=True, width=WIDTH, file=nowhere, highlight=False)
            for line in shown:
                console.print(Text.from_ansi(line), soft_wrap=False)
            picture = console.export_svg(title=" ".join(words[:2]), theme=MONOKAI)
        PICTURES.mkdir(exist_ok=True)
        # As pages are named: the English one has no mark.
        mark = "" if self.language == "en" else f".{self.language}"
        path = PICTURES / f"{name}{mark}.svg"
        path.write_text(with_wide_characters(with_local_fonts(picture)), "utf-8")
        print(path)


def anywhere(printed: str, home: Path) -> str:
    """As on a learner's machine, not on this one."""
    printed = printed.replace(sys.prefix, "~/workbook/.nox/workbook")
    return re.sub(r"Linux \S+", "Linux", printed.replace(str(home), "~/workbook"))


def with_wide_characters(picture: str) -> str:
    """With the room that Chinese takes: Rich counts characters, not cells."""

    def widened(found: re.Match[str]) -> str:
        length, rest, text = found.groups()
        characters = html.unescape(text)
        cells = float(length) * cell_len(characters) / max(len(characters), 1)
        return f'textLength="{cells:.1f}"{rest}>{text}<'

    return re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]*)<', widened, picture)


def with_local_fonts(picture: str) -> str:
    """Without the fonts that Rich fetches from elsewhere."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    fonts = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"
    return picture.replace("Fira Code, monospace", fonts)


def take_pictures(language: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        story = Story(Path(scratch), language)
        story.picture("hint", "hint", "blog", "1")
        story.break_it(RACE)
        story.picture("race", "grade", "blog", "--stage", "6")
        story.break_it(FAULT)
        story.picture("grade", "grade", "blog", "--stage", "1")
        # A verdict ends with ■; the save brings another, then ▶ begins what is next.
        twice = r"■[\s\S]*■[\s\S]*▶"
        story.while_it_runs("watch", "watch", "blog", save="■", until=twice)
        story.picture("compare", "compare", "blog", "1")
        story.picture("progress", "progress")
        story.while_it_runs("serve", "serve", "blog", until="Ctrl-C")
        story.picture("reset", "reset", "blog", "--stage", "3")
        story.picture("restore", "restore", "blog", "--list")
        story.picture("doctor", "doctor")


if __name__ == "__main__":
    for language in sys.argv[1:] or ("en", "zh"):
        take_pictures(language)
