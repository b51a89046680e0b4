#!/usr/bin/env bash
# SQLAlchemy 2.1.9: `update(Item).values(stock=Item.stock - 1).returning(Item)` in a
# session that holds the item from before. The database counts down what is in the
# table. The object that comes back is the old one, on which SQLAlchemy has done the sum
# itself, in Python, and not what RETURNING brought. With `returning(Item.stock)`, or
# with `populate_existing`, one gets what the database has.
# Output seen: in the table: 2 / object: 9 / column: 2 / populate_existing: 2
. "$(dirname "$0")/common.bash" sqlalchemy==2.1.9
"$python" - <<'PYTHON'
from sqlalchemy import create_engine, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)


def sell(returned, **options):
    with engine.begin() as connection:
        connection.execute(text("REPLACE INTO items VALUES (1, 10)"))
    with Session(engine, expire_on_commit=False) as session:
        held = session.get(Item, 1)
        session.commit()
        with engine.begin() as other:
            other.execute(text("UPDATE items SET stock = 3"))
        one = update(Item).where(Item.id == held.id).values(stock=Item.stock - 1)
        left = session.scalar(one.returning(returned), execution_options=options)
        assert session.scalar(text("SELECT stock FROM items")) == 2
        return left.stock if returned is Item else left


by_object, by_column = sell(Item), sell(Item.stock)
populated = sell(Item, populate_existing=True)
print("in the table: 2")
print("object:", by_object)
print("column:", by_column)
print("populate_existing:", populated)
assert (by_object, by_column, populated) == (9, 2, 2)
PYTHON
