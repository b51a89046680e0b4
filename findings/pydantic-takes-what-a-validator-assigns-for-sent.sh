#!/usr/bin/env bash
# Pydantic 2.14.3: `exclude_unset` leaves out what nobody sent, also when a validator of
# the field has run over its default. When a model validator tidies the same field, with
# `self.note = …`, the field counts as sent, even if it was given its old value: a PATCH
# that writes `model_dump(exclude_unset=True)` then writes a null over what is stored.
# Output seen: field validator: {'title': 'New'} / model validator: {'title': 'New', 'note': None}
. "$(dirname "$0")/common.bash" pydantic==2.14.3
"$python" - <<'PYTHON'
from pydantic import BaseModel, Field, field_validator, model_validator


def tidy(note):
    return note and note.strip()


class ByField(BaseModel):
    title: str | None = None
    note: str | None = Field(default=None, validate_default=True)

    @field_validator("note")
    @classmethod
    def tidy_note(cls, note):
        tidied.append(note)
        return tidy(note)


class ByModel(BaseModel):
    title: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def tidy_note(self):
        self.note = tidy(self.note)
        return self


tidied = []
by_field, by_model = (
    model.model_validate({"title": "New"}).model_dump(exclude_unset=True)
    for model in (ByField, ByModel)
)
print(f"field validator: {by_field}\nmodel validator: {by_model}")
assert tidied == [None], "the validator of the field did not run"
assert by_field == {"title": "New"}
assert by_model == {"title": "New", "note": None}
PYTHON
