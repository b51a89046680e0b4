"""The SQL that the app ran, as pg_stat_statements counts it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

# How PostgreSQL itself asks, inside of a statement, whether a foreign key holds.
FOREIGN_KEY = re.compile(
    r'(SELECT (1|\$\d) FROM|DELETE FROM|UPDATE|SELECT fk\..* FROM) ONLY ".*'
    r"OPERATOR\(pg_catalog\.=\)",
    re.DOTALL,
)
# Statements come with their comments, and with $1 for each constant.
COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
PING = re.compile(
    r"show\s.*|select\s+(\$1(::\w+)?|(pg_catalog\.)?version\(\))(\s+as\s+\w+)?;?"
)
COUNT = """
    SELECT query, toplevel, sum(calls)::int FROM pg_stat_statements s
    JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
    WHERE r.rolname = %s AND d.datname = %s
    GROUP BY query, toplevel ORDER BY 3 DESC
"""
RELATIONS = """
    SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'
"""


@dataclass
class Statements:
    """The SQL that the app ran: `calls` in all, and each text with its count."""

    calls: int = 0
    texts: list[tuple[str, int]] = field(default_factory=list)

    def most(self, count: int = 3) -> list[str]:
        """The statements that ran most often, for a report."""
        return [f"{calls} × {in_short(text)}" for text, calls in self.texts[:count]]

    def beside(self, few: "Statements") -> dict[str, Any]:
        """For a report: how many there are, and those that ran more often than there.

        Each with how often it runs now: "46 × SELECT … FROM stock WHERE …".
        """
        before = dict(few.texts)
        more = {text: calls - before.get(text, 0) for text, calls in self.texts}
        grown = sorted(self.texts, key=lambda row: more[row[0]], reverse=True)
        told = [f"{n} × {in_short(text)}" for text, n in grown if more[text] > 0]
        return {"statements": self.calls, "grew": told[:3]}


def in_short(text: str) -> str:
    """A statement in a line: what it reads and where, not the columns."""
    flat = " ".join(text.split())
    return re.sub(r"^SELECT (?:(?! FROM ).)+ FROM ", "SELECT … FROM ", flat)[:160]


def is_the_drivers(query: str, tables: Iterable[str]) -> bool:
    """Whether drivers and pools ask it of their own accord: that is not counted.

    It names a catalogue and none of the app's `tables`, or is a ping. What stands in a
    comment names nothing.
    """
    bare = COMMENT.sub(" ", query).strip().lower()
    if PING.fullmatch(bare):
        return True
    own = any(re.search(rf"(?<!\w){re.escape(t.lower())}(?!\w)", bare) for t in tables)
    return not own and ("pg_catalog" in bare or "pg_type" in bare)


def of_the_app(
    rows: Iterable[tuple[str, bool, int]], tables: Sequence[str]
) -> list[tuple[str, int]]:
    """Of the rows of COUNT those that the app asked for, each with its count."""
    return [
        (text, calls)
        for text, asked, calls in rows
        if not is_the_drivers(text, tables) and (asked or not FOREIGN_KEY.match(text))
    ]
