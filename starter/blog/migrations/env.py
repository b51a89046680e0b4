"""Runs the blog's migrations: see blog.migrate."""

from blog import migrate
from blog.models import Post

target_metadata = Post.metadata
migrate.run(target_metadata)
