"""What may be done to a piece of code, by name.

An operator says which part of the text becomes what, and looks at no meaning. What
does not compile, or says the same as before, is sorted out where mutants are drawn.
"""

import ast
from collections.abc import Callable, Iterator

from grader.mutants.calls import clause, keyword, part, swapped, where
from grader.mutants.code import Change, Code
from grader.mutants.signs import arithmetic, boundary, comparison, logic
from grader.mutants.steps import (
    condition,
    handler,
    loop,
    operand,
    statement,
    unawaited,
)
from grader.mutants.values import flag, number, twin, word

Operator = Callable[[ast.AST, Code], Iterator[Change]]

OPERATORS: dict[str, Operator] = {
    "boundary": boundary,
    "comparison": comparison,
    "number": number,
    "flag": flag,
    "word": word,
    "arithmetic": arithmetic,
    "logic": logic,
    "operand": operand,
    "condition": condition,
    "statement": statement,
    "loop": loop,
    "await": unawaited,
    "handler": handler,
    "where": where,
    "clause": clause,
    "part": part,
    "keyword": keyword,
    "swap": swapped,
    "twin": twin,
}
