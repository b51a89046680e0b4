"""Times of the progress file as a person reads them."""

from datetime import datetime


def moment(stamp: str) -> str:
    """An RFC 3339 time in the local zone, to the minute; nothing for nothing."""
    try:
        return f"{datetime.fromisoformat(stamp).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return ""
