from sqlalchemy import Identity, Table
from sqlalchemy.orm import Mapped, mapped_column

from blog.database import Base


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


post_tags = Table("post_tags", Base.metadata)


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Comment(Base):
    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
