"""A module's text, where its nodes stand in it, and which of them may be changed.

Left alone are imports, docstrings, f-strings, types, what a log line says, and what
only describes a setting or a field.
"""

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

# Keyword arguments that are prose.
PROSE = {"title", "description", "summary", "examples", "response_description"}
LOGS = {"log", "logger", "logging"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Change:
    """The characters from `start` to `end` become `new`."""

    start: int
    end: int
    new: str


class Code:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, node: ast.AST) -> int:
        """How many characters stand before a node."""
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        return self.text[self.start(node) : self.end(node)]

    def line(self, offset: int) -> int:
        """The number of a line, from 1."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """The place in its line, from 1."""
        return offset - self._starts[self.line(offset) - 1] + 1

    def whole_lines(self, first: int, last: int) -> str:
        """The lines from `first` to `last`, without the last one's end."""
        return "\n".join(self._lines[first - 1 : last])

    @property
    def last_line(self) -> int:
        return len(self._lines)

    @cached_property
    def changeable(self) -> Sequence[ast.AST]:
        """The nodes that operators may be tried on."""
        return list(_below(self.tree))

    @cached_property
    def meaning(self) -> str:
        """What it says, however it is laid out."""
        return ast.dump(self.tree)

    def definitions(self) -> Iterator[tuple[int, int]]:
        """The first and the last line of each function and class, outer ones first."""
        for node in ast.walk(self.tree):
            if isinstance(node, Definition):
                yield node.lineno, node.end_lineno or node.lineno

    def _offset(self, line: int, column: int) -> int:
        before = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(before)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    for child in _children(node):
        yield child
        yield from _below(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    types = _types(node)
    for child in ast.iter_child_nodes(node):
        if child in types:
            # A type says nothing to whoever calls, what stands in `Annotated` does.
            yield from (call for call in _outermost_calls(child))
        elif isinstance(child, ast.Tuple) and isinstance(node, ast.Subscript):
            # Without one of them it would be no type.
            yield from child.elts
        elif not _is_left_alone(child) and not _is_said(child, node):
            yield child


def _types(node: ast.AST) -> Sequence[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [node.returns] if node.returns else []
        case ast.AnnAssign():
            return [node.annotation]
        case ast.arg():
            return [node.annotation] if node.annotation else []
        case ast.ClassDef():
            return node.bases
    return []


def _outermost_calls(node: ast.AST) -> Iterator[ast.Call]:
    if isinstance(node, ast.Call):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _outermost_calls(child)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg=str(name)):
            return name in PROSE
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


def _is_said(node: ast.AST, parent: ast.AST) -> bool:
    """Whether it is the text of a log line."""
    match parent:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name in LOGS and isinstance(node, ast.Constant)
    return False


def called(node: ast.Call) -> str:
    """The last word of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
