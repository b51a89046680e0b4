"""Who may see and change what: each rule once, as a function of plain objects."""

from blog.models import Comment, Post, User


def may_edit(user: User | None, item: Post | Comment) -> bool:
    return user is not None and (user.id == item.author_id or user.role == "admin")


def may_see(user: User | None, post: Post) -> bool:
    return post.status == "published" or may_edit(user, post)
