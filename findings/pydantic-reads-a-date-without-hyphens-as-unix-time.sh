#!/usr/bin/env bash
# Pydantic 2.14.3: a string of digits is a Unix time for a `datetime` field, and so is
# 20240101, which Python's `fromisoformat` takes for New Year 2024: it becomes a day in
# August 1970. Strict validation of JSON refuses the number 20240101, and takes the
# string in the same way. A `date` field refuses it.
# Output seen: Python: 2024-01-01 / lax: 1970-08-23 / strict, string: 1970-08-23 / strict,
# number: datetime_type / date field: date_from_datetime_inexact
. "$(dirname "$0")/common.bash" pydantic==2.14.3
"$python" - <<'PYTHON'
from datetime import date, datetime

from pydantic import TypeAdapter, ValidationError


def read(kind, json, strict=False):
    try:
        value = TypeAdapter(kind).validate_json(json, strict=strict)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return value.isoformat()[:10]


found = {
    "Python": datetime.fromisoformat("20240101").isoformat()[:10],
    "lax": read(datetime, '"20240101"'),
    "strict, string": read(datetime, '"20240101"', strict=True),
    "strict, number": read(datetime, "20240101", strict=True),
    "date field": read(date, '"20240101"'),
}
for name, value in found.items():
    print(f"{name}: {value}")
assert list(found.values()) == [
    "2024-01-01",
    "1970-08-23",
    "1970-08-23",
    "datetime_type",
    "date_from_datetime_inexact",
]
PYTHON
