"""Spells apps in other words, which nobody can have seen before.

Learners' tests have to try an app: those that know the reference by the digests of its
files could pass it and refuse all others. So each grading has a spelling of its own:
how the code is laid out, what local variables are called, in which order functions
stand. It means the same, and equal code is spelled equally, in the reference and in
planted bugs.
"""

import ast
import builtins
import random
import secrets
from collections.abc import Iterable, Sequence
from functools import cache

from grader.judge.own_tests.edits import Files

Function = ast.FunctionDef | ast.AsyncFunctionDef
# They look a variable up by its name.
LOOKS_UP = {"locals", "vars", "eval", "exec", "dir"}
# What gives a name to a value in another way than by an assignment.
OTHER_BINDINGS = ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom | ast.Match
NESTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Spelling:
    """One way to spell apps; by chance, if no seed is given."""

    def __init__(self, seed: str | None = None) -> None:
        self._seed = seed or secrets.token_hex(8)
        self._spelled = cache(self._respelled)

    def app(self, files: Files) -> Files:
        """The same app in other words; files that hold no Python stay as they are."""
        return {
            name: self._spelled(text) if name.endswith(".py") else text
            for name, text in files.items()
        }

    def _respelled(self, text: str) -> str:
        module = ast.parse(text)
        for node in ast.walk(module):
            if isinstance(node, Function):
                self._rename_locals(node)
        module.body = list(self._reordered(module.body))
        # Some files hold nothing that could be called otherwise.
        return f"{ast.unparse(module)}\n# Spelling {self._seed}\n"

    def _rename_locals(self, function: Function) -> None:
        names = {name: self._other(name) for name in renamable(function)}
        taken = {node.id for node in names_in(function)}
        for node in names_in(function):
            if (other := names.get(node.id, node.id)) not in taken:
                node.id = other

    def _reordered(self, body: Sequence[ast.stmt]) -> Iterable[ast.stmt]:
        """Functions that follow one another change places, if they may."""
        run: list[Function] = []
        for statement in body:
            if isinstance(statement, Function) and not statement.decorator_list:
                run.append(statement)
                continue
            yield from self._shuffled(run)
            yield statement
            run = []
        yield from self._shuffled(run)

    def _shuffled(self, run: Sequence[Function]) -> Sequence[Function]:
        defined = {function.name for function in run}
        if len(defined) < len(run) or defined & set(needed_at_once(run)):
            return run
        return sorted(run, key=lambda function: self._number(function.name))

    def _other(self, name: str) -> str:
        return f"{name}_{int(self._number(name) * 1000)}"

    def _number(self, name: str) -> float:
        return random.Random(f"{self._seed} {name}").random()


def renamable(function: Function) -> set[str]:
    """The names that a function assigns to, and that only it can see.

    None where names are bound or looked up in ways that make it hard to tell.
    """
    inside = [node for statement in function.body for node in ast.walk(statement)]
    if any(isinstance(node, NESTED | OTHER_BINDINGS) for node in inside):
        return set()
    names = [node for node in inside if isinstance(node, ast.Name)]
    if LOOKS_UP & {node.id for node in names}:
        return set()
    taken = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    taken |= {n.name for n in inside if isinstance(n, ast.ExceptHandler) and n.name}
    # What only comprehensions assign to may be something else outside of them.
    loops = [n.target for n in inside if isinstance(n, ast.comprehension)]
    taken |= {n.id for loop in loops for n in ast.walk(loop) if isinstance(n, ast.Name)}
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return stored - taken - set(dir(builtins))


def names_in(function: Function) -> list[ast.Name]:
    inside = (node for statement in function.body for node in ast.walk(statement))
    return [node for node in inside if isinstance(node, ast.Name)]


def needed_at_once(run: Iterable[Function]) -> Iterable[str]:
    """The names that are looked up when functions are defined, not called."""
    for function in run:
        defaults = [*function.args.defaults, *function.args.kw_defaults]
        for part in (function.args, function.returns, *defaults):
            if part is not None:
                yield from (n.id for n in ast.walk(part) if isinstance(n, ast.Name))
