"""Cursors that no app has issued."""

import base64
import json

# Nothing that an app has issued.
NO_CURSORS = ("nonsense", "AAAA", "e30", "MTIz", "9" * 30, "💥")


def altered(issued: str) -> list[str]:
    """A cursor of the app's, made into nonsense."""
    return [f"{issued[:4]}!!{issued[4:]}", *swollen(issued)]


def swollen(cursor: str) -> list[str]:
    """The cursor with numbers too big for any column, if it is JSON in base64."""
    try:
        inside = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return []
    if not isinstance(inside, dict):
        return []
    grown = {k: 10**30 if isinstance(v, int) else v for k, v in inside.items()}
    again = base64.urlsafe_b64encode(json.dumps(grown).encode()).decode()
    return [again] if grown != inside else []
