"""A row for each student, also for those whose work is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.cohort.find import Found
from grader.cohort.roster import missing, named
from grader.cohort.store import Store
from grader.cohort.submission import Person, Submission
from grader.results import Result
from grader.texts import Text

GRADED, INCOMPLETE, ERROR, WAITING, UNPLACED, MISSING = (
    "graded",
    "incomplete",
    "error",
    "waiting",
    "unplaced",
    "missing",
)


@dataclass
class Row:
    person: Person
    state: str
    # Names the student's files; "" when nothing was graded.
    id: str = ""
    source: str = ""
    attempts: int = 0
    result: Result | None = None
    notes: list[Text] = field(default_factory=list)


def rows(found: Found, store: Store, roster: Sequence[Person] | None) -> list[Row]:
    """In order of names; several who hand in together have a row each."""
    made = [row for s in found.submissions for row in _of_submission(s, store)]
    made += [
        Row(Person(one.source), UNPLACED, source=one.source, notes=[one.why])
        for one in found.unplaced
        if one.why.key != "cohort.older"
    ]
    if roster is not None:
        for row in made:
            known = named(roster, row.person)
            if known:
                row.person = known
            elif row.state != UNPLACED:
                row.notes.append(Text("cohort.not_on_roster"))
        absent = missing(roster, found.submissions)
        made += [Row(person, MISSING) for person in absent]
    return sorted(made, key=lambda row: (row.person.name or row.person.id).casefold())


def _of_submission(submission: Submission, store: Store) -> list[Row]:
    kept = store.get(submission.id)
    result = kept.graded if kept else None
    notes = list(submission.notes)
    if kept and kept.reason:
        notes.append(kept.reason)
    state = WAITING
    if result:
        state = INCOMPLETE if result.not_judged else GRADED
    elif kept:
        state = ERROR
    attempts = kept.attempts if kept else 0
    return [
        Row(person, state, submission.id, submission.source, attempts, result, notes)
        for person in submission.people
    ]
