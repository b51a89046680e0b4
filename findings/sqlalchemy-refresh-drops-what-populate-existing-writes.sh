#!/usr/bin/env bash
# SQLAlchemy 2.1.9: two ways to read an object anew, and what each does to a change that
# is not flushed. `session.refresh(…)` throws it away without a word to the database.
# A SELECT with `populate_existing` writes it first, and reads back its own value.
# Output seen: refresh: SELECT, old / populate_existing: UPDATE SELECT, new
. "$(dirname "$0")/common.bash" sqlalchemy==2.1.9
"$python" - <<'PYTHON'
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
sent = []
event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))


def anew(read):
    with Session(engine) as session:
        note = Note(text="old")
        session.add(note)
        session.commit()
        assert note.text == "old"
        sent.clear()
        note.text = "new"
        read(session, note)
        return " ".join(sql.split()[0] for sql in sent) + ", " + note.text


def populate(session, note):
    query = select(Note).where(Note.id == note.id)
    session.scalars(query, execution_options={"populate_existing": True}).one()


refreshed, populated = anew(Session.refresh), anew(populate)
print("refresh:", refreshed)
print("populate_existing:", populated)
assert (refreshed, populated) == ("SELECT, old", "UPDATE SELECT, new")
PYTHON
