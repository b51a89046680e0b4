"""The command line: a module of `grader.commands` each; heavy imports wait in them."""

import argparse
import importlib
import signal
import sys
from collections.abc import Sequence

from grader.errors import SetupError
from grader.streams import show_what_can_be_shown
from grader.texts import LANGUAGES, Text, preferred_language, say

COMMANDS = (
    "grade",
    "watch",
    "serve",
    "hint",
    "compare",
    "progress",
    "reset",
    "restore",
    "doctor",
    "report",
    "starter",
    "prove",
)
SETUP = 2


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    show_what_can_be_shown()
    language = asked_language(words) or preferred_language()
    options = parser(language).parse_args(words)
    # Whoever stops us with SIGTERM gets the same clean-up as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = options.run(options, language)
    except SetupError as error:
        return complain(error.text, language)
    except KeyboardInterrupt:
        return complain(Text("setup.interrupted"), language)
    return code


def complain(text: Text, language: str) -> int:
    print(text.render(language), file=sys.stderr)
    return SETUP


def asked_language(words: Sequence[str]) -> str | None:
    """The value of --lang, needed before the rest is parsed: help is in it too."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == "--lang" and (value or following) in LANGUAGES:
            return value or following
    return None


def parser(language: str = "en") -> argparse.ArgumentParser:
    def told(key: str) -> str:
        return say(f"help.{key}", language)

    top = argparse.ArgumentParser(prog="python -m grader", description=told("top"))
    commands = top.add_subparsers(required=True, metavar=told("command"))
    for name in COMMANDS:
        about = told(name)
        command = commands.add_parser(name, help=about, description=about)
        module = importlib.import_module(f"grader.commands.{name}")
        module.configure(command, told)
        command.add_argument("--lang", choices=LANGUAGES, help=told("lang"))
        command.set_defaults(run=module.run)
    return top
