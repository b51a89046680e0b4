"""The command line: a module of `grader.commands` each; heavy imports wait in them."""

import argparse
import importlib
import keyword
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
    "try",
    "hint",
    "compare",
    "progress",
    "reset",
    "restore",
    "doctor",
    "report",
    "starter",
    "prove",
    "mutants",
    "cohort",
    "package",
)
SETUP = 2


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    show_what_can_be_shown()
    language = asked_language(words) or preferred_language()
    options = parsed(words, language)
    # Whoever stops us with SIGTERM gets the same clean-up as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = options.run(options, language)
    except SetupError as error:
        return complain(error.text, language)
    except KeyboardInterrupt:
        return complain(Text("setup.interrupted"), language)
    return code


def parsed(words: Sequence[str], language: str) -> argparse.Namespace:
    """What the words mean; what a command passes on is its `rest`."""
    top = parser(language)
    options, rest = top.parse_known_args(words)
    options.rest = rest
    if options.rest and not options.passes_on:
        top.error(f"unrecognized arguments: {' '.join(options.rest)}")
    return options


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
        # A keyword of Python's cannot be the name of a module.
        file = f"{name}_" if keyword.iskeyword(name) else name
        module = importlib.import_module(f"grader.commands.{file}")
        module.configure(command, told)
        command.add_argument("--lang", choices=LANGUAGES, help=told("lang"))
        passes_on = getattr(module, "PASSES_ON", False)
        command.set_defaults(run=module.run, passes_on=passes_on)
    return top
